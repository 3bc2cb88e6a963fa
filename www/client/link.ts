/** One worker with one voice in it. A link that is lost is thrown away and replaced by a new one. */
import { type ErrorMessage, type LangduError, toErrorMessage, toLangduError } from '../wire/errors.js';
import type { EngineFiles, PageToWorker, VoiceInfo, WantedVoice, WorkerToPage } from '../wire/messages.js';
import { fetchManifest } from '../wire/request.js';
import { spawn } from '../wire/spawn.js';
import { VERSION } from '../wire/version.js';
import { placed } from '../wire/voice.js';
import { diagnose } from './diagnosis.js';

export interface LinkHandlers {
  onMessage(message: WorkerToPage): void;
  /** The worker died after it was ready; `job` is what it was working on, if that is known. */
  onLost(error: LangduError, job?: number): void;
}

export class Link {
  /** Settles when the voice is loaded, or can't be. */
  readonly ready: Promise<VoiceInfo>;
  private worker: Worker | null = null;

  constructor(
    files: EngineFiles,
    module: Promise<WebAssembly.Module>,
    voice: WantedVoice,
    workers: number,
    { onMessage, onLost }: LinkHandlers,
  ) {
    this.ready = new Promise((resolve, reject) => {
      let ready = false;
      const lose = (error: LangduError, job?: number) => {
        this.close();
        if (ready) onLost(error, job);
        else reject(error);
      };
      const refused = async (error: ErrorMessage) =>
        // What the worker could not start is the second one.
        error.code === 'E_WORKER' ? diagnose(files.vocoder, error.message, 'E_WORKER') : toLangduError(error);
      const unstarted = (reason: string) => void diagnose(files.worker, reason, 'E_WORKER').then(lose);
      module.catch((error) => lose(toLangduError(error)));
      try {
        this.worker = spawn(files.worker, 'langdu');
      } catch (error) {
        unstarted(String(error));
        return;
      }
      this.worker.onerror = (event) => {
        event.preventDefault();
        unstarted(event.message);
      };
      this.worker.onmessage = ({ data }: MessageEvent<WorkerToPage>) => {
        if (data.type === 'crashed') lose(toLangduError(data.error), data.job);
        else if (data.type === 'refused') void refused(data.error).then(lose);
        else if (data.type === 'ready') {
          ready = true;
          resolve(data.voice);
        } else {
          onMessage(data);
        }
      };
    });
    this.send({ type: 'load', version: VERSION, files, voice, workers });
    // It is here by the time the worker has started.
    if (voice.url !== null && !voice.pack) {
      fetchManifest(placed(voice.url, voice.files)).then(
        (manifest) => this.send({ type: 'manifest', manifest }),
        (error) => this.send({ type: 'manifest', error: toErrorMessage(error) }),
      );
    }
    module.then(
      (module) => this.send({ type: 'engine', module }),
      () => undefined,
    );
  }

  send(message: PageToWorker, transfer: Transferable[] = []): void {
    this.worker?.postMessage(message, transfer);
  }

  close(): void {
    if (!this.worker) return;
    this.worker.onmessage = null;
    this.worker.onerror = null;
    this.worker.terminate();
    this.worker = null;
  }
}

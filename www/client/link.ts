/** One worker with one voice in it. A link that is lost is thrown away and replaced by a new one. */
import { LangduError, toLangduError } from '../wire/errors.js';
import type { PageToWorker, VoiceInfo, WorkerToPage } from '../wire/messages.js';

export interface LinkHandlers {
  onMessage(message: WorkerToPage): void;
  /** The worker died after it was ready. */
  onLost(error: LangduError): void;
}

export class Link {
  /** Settles when the voice is loaded, or can't be. */
  readonly ready: Promise<VoiceInfo>;
  private readonly worker: Worker;

  constructor(
    base: URL,
    engine: { build: URL; module: Promise<WebAssembly.Module> },
    wanted: { voice: string; workers: number; pack?: File[] },
    { onMessage, onLost }: LinkHandlers,
  ) {
    this.worker = new Worker(new URL('worker.js', engine.build), { type: 'module', name: 'langdu' });
    this.ready = new Promise((resolve, reject) => {
      let ready = false;
      const lose = (error: LangduError) => {
        this.close();
        if (ready) onLost(error);
        else reject(error);
      };
      this.worker.onerror = (event) => {
        event.preventDefault();
        lose(new LangduError('E_WORKER', event.message || 'The worker could not be started'));
      };
      engine.module.catch((error) => lose(new LangduError('E_WORKER', `The engine could not be compiled: ${error}`)));
      this.worker.onmessage = ({ data }: MessageEvent<WorkerToPage>) => {
        if (data.type === 'crashed' || data.type === 'refused') {
          lose(toLangduError(data.error));
        } else if (data.type === 'ready') {
          ready = true;
          resolve(data.voice);
        } else {
          onMessage(data);
        }
      };
    });
    this.send({ type: 'load', baseUrl: base.href, ...wanted });
    engine.module.then(
      (module) => this.send({ type: 'engine', module }),
      () => undefined,
    );
  }

  send(message: PageToWorker, transfer: Transferable[] = []): void {
    this.worker.postMessage(message, transfer);
  }

  close(): void {
    this.worker.onmessage = null;
    this.worker.onerror = null;
    this.worker.terminate();
  }
}

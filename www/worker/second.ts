/** The first worker's side of the second one: mel frames go over, samples come back, in order. */

import type { Engine, EngineChunk, EngineMel } from '#engine';
import { LangduError, toLangduError } from '../wire/errors.js';
import { spawn } from '../wire/spawn.js';
import type { FromVocoder, ToVocoder, Voiced } from './vocoder.js';

interface Waiting {
  resolve(voiced: Voiced): void;
  reject(error: LangduError): void;
}

export class SecondWorker {
  /** Bytes of its WebAssembly memory. */
  memory = 0;
  private readonly worker: Worker;
  private readonly waiting: Waiting[] = [];
  /** Why it answers no more. */
  private lost: LangduError | null = null;

  constructor(private readonly url: string) {
    this.worker = spawn(url, 'langdu vocoder');
    this.worker.onmessage = ({ data }: MessageEvent<FromVocoder>) => {
      const waiting = this.waiting.shift();
      if ('error' in data) {
        waiting?.reject(toLangduError(data.error));
      } else {
        this.memory = data.memory;
        waiting?.resolve(data);
      }
    };
    this.worker.onerror = (event) => {
      event.preventDefault();
      this.lost = new LangduError('E_WORKER', event.message || `${this.url} could not be started`);
      for (const { reject } of this.waiting.splice(0)) reject(this.lost);
    };
  }

  /** Gets a voice's vocoder ready. */
  async load(module: WebAssembly.Module, manifest: string, graph: Uint8Array): Promise<void> {
    await this.ask({ type: 'load', module, manifest, graph });
  }

  /** Makes the sound of a draft of the engine. */
  push(job: number, { opens, frames }: EngineMel): Promise<Voiced> {
    // What has been recorded is no work of the vocoder's; it waits for what is under way alone.
    if (opens === undefined && frames.length === 0 && this.waiting.length === 0) {
      return Promise.resolve({ samples: frames, ms: 0, memory: this.memory });
    }
    return this.ask({ type: 'push', job, frames, ...(opens !== undefined && { opens }) }, [frames.buffer]);
  }

  cancel(job: number): void {
    this.worker.postMessage({ type: 'cancel', job } satisfies ToVocoder);
  }

  private ask(question: ToVocoder, transfer: Transferable[] = []): Promise<Voiced> {
    if (this.lost) return Promise.reject(this.lost);
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.worker.postMessage(question, transfer);
    });
  }
}

/** A chunk that nobody waits for, by one worker or both. */
export async function make(
  engine: Engine,
  second: SecondWorker | null,
  number: number,
): Promise<EngineChunk | undefined> {
  if (!second) return engine.next(number);
  const mel = engine.draft(number);
  if (!mel) return undefined;
  const { samples, ms } = await second.push(number, mel);
  return engine.finish(number, samples, ms);
}

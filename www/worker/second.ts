/** The first worker's side of the second one: mel frames go over, samples come back, in order. */

import { LangduError, toLangduError } from '../wire/errors.js';
import type { EngineMel } from './engine.js';
import type { FromVocoder, ToVocoder, Voiced } from './vocoder.js';

interface Waiting {
  resolve(voiced: Voiced): void;
  reject(error: LangduError): void;
}

export class SecondWorker {
  /** Bytes of its WebAssembly memory. */
  memory = 0;
  private readonly worker = new Worker(new URL('vocoder.js', import.meta.url), {
    type: 'module',
    name: 'langdu vocoder',
  });
  private readonly waiting: Waiting[] = [];
  /** Why it answers no more. */
  private lost: LangduError | null = null;

  constructor() {
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
      this.lost = new LangduError('E_WORKER', event.message || 'The second worker could not be started');
      for (const { reject } of this.waiting.splice(0)) reject(this.lost);
    };
  }

  /** Gets a voice's vocoder ready. */
  async load(module: WebAssembly.Module, manifest: string, graph: Uint8Array): Promise<void> {
    await this.ask({ type: 'load', module, manifest, graph });
  }

  /** Makes the sound of a draft of the engine. */
  push(job: number, { opens, frames }: EngineMel): Promise<Voiced> {
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

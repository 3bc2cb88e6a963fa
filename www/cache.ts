/** What has been spoken before, and is played again without being made again. */
import { type LangduError, toLangduError } from './errors.js';
import type { CacheQuestion, CacheStats, WorkerToPage } from './messages.js';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: LangduError): void;
}

export class SpeechCache {
  private last = 0;
  private readonly waiting = new Map<number, Waiting>();

  constructor(private readonly send: (request: number, question: CacheQuestion) => void) {}

  /** What the cache holds, and how often it has helped since the page was loaded. */
  stats(): Promise<CacheStats> {
    return this.ask({ ask: 'stats' }) as Promise<CacheStats>;
  }

  /** Forgets everything, also for other pages of this origin. */
  async clear(): Promise<void> {
    await this.ask({ ask: 'clear' });
  }

  /** Everything the cache holds as one file, which a site can ship to others that speak with the same voice. */
  async export(): Promise<Blob> {
    return new Blob([(await this.ask({ ask: 'export' })) as Uint8Array<ArrayBuffer>]);
  }

  /** Takes in a file made by `export()`; resolves to the number of its sentences. Rejects with `E_CACHE_FORMAT`. */
  async import(file: Blob | ArrayBuffer): Promise<number> {
    const buffer = file instanceof Blob ? await file.arrayBuffer() : file;
    return (await this.ask({ ask: 'import', file: new Uint8Array(buffer) })) as number;
  }

  /** @internal An answer of the worker. */
  settle({ request, value, error }: Extract<WorkerToPage, { type: 'cache' }>): void {
    const waiting = this.waiting.get(request);
    this.waiting.delete(request);
    if (error) waiting?.reject(toLangduError(error));
    else waiting?.resolve(value);
  }

  /** @internal The worker will not answer any more. */
  abandon(error: LangduError): void {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  private ask(question: CacheQuestion): Promise<unknown> {
    this.last += 1;
    const request = this.last;
    return new Promise((resolve, reject) => {
      this.waiting.set(request, { resolve, reject });
      this.send(request, question);
    });
  }
}

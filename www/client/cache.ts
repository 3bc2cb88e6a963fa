/** What has been spoken before, and is played again without being made again. */
import type { CacheStats } from '../wire/messages.js';
import type { Questions } from './questions.js';

export class SpeechCache {
  constructor(private readonly questions: Questions) {}

  /** What the cache holds, in all and by level, and how often it has helped since the page was loaded. */
  stats(): Promise<CacheStats> {
    return this.questions.ask({ ask: 'stats' }) as Promise<CacheStats>;
  }

  /** Forgets everything, also for other pages of this origin. */
  async clear(): Promise<void> {
    await this.questions.ask({ ask: 'clear' });
  }

  /** Everything the cache holds as one file, which a site can ship to others that speak with the same voice. */
  async export(): Promise<Blob> {
    return new Blob([(await this.questions.ask({ ask: 'export' })) as Uint8Array<ArrayBuffer>]);
  }

  /** Takes in a file made by `export()`; resolves to how many of its records found room. Rejects with `E_CACHE_FORMAT`. */
  async import(file: Blob | ArrayBuffer): Promise<number> {
    const buffer = file instanceof Blob ? await file.arrayBuffer() : file;
    return (await this.questions.ask({ ask: 'import', file: new Uint8Array(buffer) })) as number;
  }
}

/** A job whose chunks are handed to the page, as it reads them. */
import type { LangduError } from '../wire/errors.js';
import type { JobStats, PcmChunk, SpeechOptions } from '../wire/messages.js';
import type { Common } from './jobs.js';

export class Collection implements Common {
  readonly sink = 'page';
  begun = false;
  stats: JobStats | null = null;
  private readonly chunks: PcmChunk[] = [];
  private failure: LangduError | null = null;
  private wake = () => {};

  constructor(
    readonly id: number,
    public text: string,
    public open: boolean,
    public options: SpeechOptions,
  ) {}

  take(chunk: PcmChunk): void {
    this.chunks.push(chunk);
    this.wake();
  }

  fail(error: LangduError): void {
    this.failure = error;
    this.wake();
  }

  /** The next chunk, when it is there. Rejects when the job has failed. */
  async next(): Promise<PcmChunk> {
    for (;;) {
      if (this.failure) throw this.failure;
      const chunk = this.chunks.shift();
      if (chunk) return chunk;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}

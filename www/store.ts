/** The worker's side of the cache: opens it, writes to it when there is time, and answers the page. */
import { EngineCache } from './engine.js';
import { toErrorMessage } from './errors.js';
import type { CacheQuestion, WorkerToPage } from './messages.js';

/** Name of the database. */
const NAME = 'langdu';
/** How long the database may take to open, and how long loading waits for it, in milliseconds. */
const PATIENCE = { open: 5000, load: 300 };
/** Bytes that may wait to be written while there is no pause in the work. */
const UNSAVED = 4 << 20;
/** How long a lookup may hold up the work, in milliseconds. */
const LOOKUP = 100;

export class Store {
  readonly cache = new EngineCache();
  private reported = false;

  constructor(private readonly tell: (message: WorkerToPage, transfer?: Transferable[]) => void) {}

  /** Opens the database, or goes on without. Waits for a moment, so that the first lookup finds what is there. */
  async open(): Promise<void> {
    const patience = setTimeout(() => {
      this.cache.giveUp();
      this.report();
    }, PATIENCE.open);
    const opened = this.cache.open(NAME).then(() => {
      clearTimeout(patience);
      this.report();
    });
    await Promise.race([opened, sleep(PATIENCE.load)]);
  }

  /** Waits for a lookup, but not forever: what is not there in time is made anew. */
  async wait(lookup: Promise<void>): Promise<void> {
    await Promise.race([lookup, sleep(LOOKUP)]);
  }

  /** Writes what is new: when there is nothing else to do, or when much has come together. */
  async save(idle: boolean): Promise<void> {
    if (!idle && this.cache.unsavedBytes() < UNSAVED) return;
    await this.cache.flush();
    this.report();
  }

  async answer(request: number, question: CacheQuestion): Promise<void> {
    try {
      const value = await this.ask(question);
      this.tell({ type: 'cache', request, value }, value instanceof Uint8Array ? [value.buffer] : []);
    } catch (error) {
      this.tell({ type: 'cache', request, error: toErrorMessage(error) });
    }
  }

  private async ask(question: CacheQuestion): Promise<unknown> {
    switch (question.ask) {
      case 'stats':
        return { ...this.cache.stats(), failure: this.cache.failure() };
      case 'clear':
        return this.cache.clear();
      case 'export':
        return this.cache.export();
      case 'import':
        return this.cache.import(question.file);
    }
  }

  /** Tells the page once why the cache does not outlive it. */
  private report(): void {
    const failure = this.cache.failure();
    if (!failure || this.reported) return;
    this.reported = true;
    this.tell({ type: 'uncached', error: failure });
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

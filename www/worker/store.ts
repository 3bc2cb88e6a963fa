/** The worker's side of the cache: opens it, writes to it when there is time, and answers the page. */

import { EngineCache, type EngineCacheChange } from '#engine';
import type { CacheCounts, CacheQuestion, CacheStats, WorkerToPage } from '../wire/messages.js';

/** Name of the database. */
const NAME = 'langdu';
/** How long the database may take to open, and how long the first job waits for it, in milliseconds. */
const PATIENCE = { open: 5000, first: 300 };
/** Bytes that may wait to be written while there is no pause in the work. */
const UNSAVED = 4 << 20;
/** How long a lookup may hold up the work, in milliseconds. */
const LOOKUP = 100;

export class Store {
  readonly cache = new EngineCache();
  private opened = Promise.resolve();
  /** Once it is open, or has been waited for long enough. */
  private settled: Promise<void> | null = null;
  private recalled: Promise<void> | null = null;
  private reported = false;
  /** Other tabs with the same database. */
  private readonly others = new BroadcastChannel(NAME);

  constructor(private readonly tell: (message: WorkerToPage, transfer?: Transferable[]) => void) {
    this.others.onmessage = ({ data }: MessageEvent<EngineCacheChange | 'cleared'>) => {
      if (data === 'cleared') this.cache.forgetAll();
      else this.cache.learn(data);
    };
  }

  /** Opens the database, or goes on without. */
  open(): void {
    const patience = setTimeout(() => {
      this.cache.giveUp();
      this.report();
    }, PATIENCE.open);
    this.opened = this.cache.open(NAME).then(() => {
      clearTimeout(patience);
      this.report();
    });
  }

  /** Waits for the database, but only a moment: so that the first lookup finds what is there. */
  async ready(): Promise<void> {
    this.settled ??= Promise.race([this.opened, sleep(PATIENCE.first)]);
    await this.settled;
  }

  /** Waits for a lookup, but not forever: what is not there in time is made anew. */
  async wait(lookup: Promise<void>): Promise<void> {
    await Promise.race([lookup, sleep(LOOKUP)]);
  }

  /** When there is nothing else to do: what was used last is brought into memory once, what is new is written. */
  rest(): void {
    this.recalled ??= this.opened.then(() => this.cache.recall());
    void this.save(true);
  }

  /** Writes what is new: when there is nothing else to do, or when much has come together. */
  async save(idle: boolean): Promise<void> {
    if (!idle && this.cache.unsavedBytes() < UNSAVED) return;
    this.announce(await this.cache.flush());
    this.report();
  }

  async answer(question: CacheQuestion): Promise<unknown> {
    switch (question.ask) {
      case 'stats':
        return this.stats();
      case 'clear':
        await this.cache.clear();
        this.others.postMessage('cleared');
        return undefined;
      case 'export':
        return this.cache.export();
      case 'import': {
        // What a file holds is more than the memory has room for.
        await this.opened;
        const { records, change } = await this.cache.import(question.file);
        this.announce(change);
        return records;
      }
    }
  }

  private stats(): CacheStats {
    const { stored, l1, l2, l3 } = this.cache.stats();
    const names = Object.keys(l1) as (keyof CacheCounts)[];
    const sums = Object.fromEntries(names.map((name) => [name, l1[name] + l2[name] + l3[name]]));
    const failure = this.cache.failure();
    return { ...(sums as unknown as CacheCounts), l1, l2, l3, stored, ...(failure && { failure }) };
  }

  /** Tells other tabs what has been written. */
  private announce(change: EngineCacheChange | undefined): void {
    if (change) this.others.postMessage(change);
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

/** A job of the page: a text, perhaps one that is still being written, and how far it has been made. */

import type { Engine } from '#engine';
import type { JobStats, Mark, SpeechOptions } from '../wire/messages.js';

/**
 * A run of the engine through a part of a job's text. A job takes one run, unless its text arrives in pieces or it is
 * continued elsewhere or in another manner.
 */
export interface Run {
  /** The engine's number. */
  number: number;
  /** Where it ends in the text of the job, in UTF-16 units. */
  end: number;
  /** Sample of the job at which the run's own count began. */
  origin: number;
  /** Chunks in the second worker, and whether no other will follow them. */
  drafts: number;
  drafted: boolean;
  /** What is made is thrown away until this has been found. */
  entry: Entry | null;
}

/** Where a run takes over: at a character, or at any that is still to be heard; `last` is the one before. */
export type Entry = { at: number } | { last: number };

/** Whether there is nothing to say is known at the end of a text only. */
const EMPTY = 'E_TEXT_EMPTY';

/** The engine's number for the next run; `ahead.ts` has one from the other end. */
let numbers = 0;

export class Job {
  credit: number;
  totalMs = 0;
  run: Run | null = null;
  /** Samples made so far. */
  sent = 0;
  /** Sample of the player's queue at which the job ends, once it has been made. */
  end: number | null = null;
  /** What is said when, as far as it may still be heard. */
  marks: Mark[] = [];
  /** When it arrived, until its first sound is out, and how long it has waited for the store. */
  arrived: number | null = performance.now();
  lookupMs = 0;
  /** Whether anything has been said. */
  begun = false;
  private released = 0;
  private readonly work = { textMs: 0, sambertMs: 0, vocoderMs: 0 };

  constructor(
    readonly id: number,
    readonly sink: 'player' | 'page',
    public text: string,
    private open: boolean,
    public options: SpeechOptions,
    credit: number,
  ) {
    this.credit = credit;
  }

  /** More text. */
  feed(text: string, end: boolean): void {
    this.text += text;
    this.open = !end;
  }

  /** Whether all of the text has been said. */
  get complete(): boolean {
    return !this.open && !this.run && this.released >= this.text.length;
  }

  /** Whether nothing follows a run. */
  endsWith(run: Run): boolean {
    return !this.open && run.end >= this.text.length;
  }

  /** Begins to say what has arrived, if a sentence of it is complete. Says whether there is a run. Fails as the engine does. */
  proceed(engine: Engine): boolean {
    if (this.run) return true;
    const end = this.settled(engine);
    if (end <= this.released) return false;
    const from = this.released;
    this.released = end;
    try {
      this.start(engine, { end, from, entry: null });
    } catch (error) {
      if ((error as { code?: unknown }).code !== EMPTY) throw error;
      if (!this.open && !this.begun) throw error;
    }
    return this.run !== null;
  }

  /** Goes on from a character of the text, whatever has been made of it. */
  moveTo(engine: Engine, at: number, entry: Entry): void {
    this.stop(engine);
    const end = this.open ? this.released : this.text.length;
    this.released = end;
    try {
      if (end > at) this.start(engine, { end, from: at, entry });
    } catch (error) {
      // There is nothing more to say there.
      if ((error as { code?: unknown }).code !== EMPTY) throw error;
    }
  }

  /** Ends what the engine is doing for the job, and adds up what it took. */
  stop(engine: Engine): void {
    if (!this.run) return;
    const { textMs = 0, sambertMs = 0, vocoderMs = 0 } = engine.stats(this.run.number) ?? {};
    this.work.textMs += textMs;
    this.work.sambertMs += sambertMs;
    this.work.vocoderMs += vocoderMs;
    engine.cancel(this.run.number);
    this.run = null;
  }

  stats(memory: number): JobStats {
    return { samples: this.sent, totalMs: this.totalMs, ...this.work, memory };
  }

  /** How much of the text no more text can change. */
  private settled(engine: Engine): number {
    if (!this.open) return this.text.length;
    // A document is understood when its last tag is there.
    if (this.options.ssml) return 0;
    return this.released + engine.settled(this.text.slice(this.released));
  }

  private start(engine: Engine, { end, from, entry }: { end: number; from: number; entry: Entry | null }): void {
    const { ssml, lexicon, input, symbols, erhua, accent, ...manner } = this.options;
    const until = end < this.text.length ? end : undefined;
    const reading = { ssml, lexicon, input, symbols, erhua, accent, from, until, continued: this.begun || from > 0 };
    numbers += 1;
    // What stands before and behind is read with it: markup and paragraphs go over sentences.
    engine.start(numbers, this.text, given(reading), manner);
    this.run = { number: numbers, end, origin: this.sent, drafts: 0, drafted: false, entry };
  }
}

/** Without what was left out. */
function given(options: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/**
 * The order of the work: one chunk of one job at a time. Between chunks the worker returns to its event loop, so that a
 * cancel is obeyed within one chunk.
 */

import type { Engine, EngineChunk } from '#engine';
import { LangduError, toErrorMessage } from '../wire/errors.js';
import type { SpeechOptions, WorkerToPage } from '../wire/messages.js';
import type { Ahead } from './ahead.js';
import type { Delivery } from './deliver.js';
import { Job, type Run } from './job.js';
import { measure } from './measure.js';
import type { SecondWorker } from './second.js';
import type { Store } from './store.js';

/** How far the player's queue is filled ahead of what is heard, in seconds. */
const AHEAD = 10;
/** Chunks of a job that may be on their way to the page unread. */
const PAGE_CREDIT = 2;
/** Chunks of a job that may be in the second worker. */
const DRAFTS = 2;

/** What the work is done with. */
export interface Parts {
  engine: Engine;
  memory: WebAssembly.Memory;
  second: SecondWorker | null;
  store: Store;
  ahead: Ahead;
}

export class Scheduler {
  private readonly jobs: Job[] = [];
  /** Jobs that have been made and are still to be heard. */
  private played: Job[] = [];
  private parts: Parts | null = null;
  private running = false;
  /** Whether there is something left to do before it is needed. */
  private warming = true;
  private readonly breathe = breather();

  constructor(
    private readonly delivery: Delivery,
    private readonly tell: (message: WorkerToPage) => void,
  ) {}

  /** From here on there is something to work with. */
  begin(parts: Parts): void {
    this.parts = parts;
    for (const job of [...this.jobs]) this.proceed(job);
    void this.run();
  }

  start(id: number, text: string, open: boolean, options: SpeechOptions, sink: Job['sink']): void {
    const job = new Job(id, sink, text, open, options, PAGE_CREDIT);
    this.jobs.push(job);
    this.proceed(job);
  }

  feed(id: number, text: string, end: boolean): void {
    const job = this.jobs.find((job) => job.id === id);
    job?.feed(text, end);
    if (job) this.proceed(job);
  }

  pull(id: number): void {
    for (const job of this.jobs) if (job.id === id) job.credit += 1;
    void this.run();
  }

  cancel(id: number): void {
    this.played = this.played.filter((job) => job.id !== id);
    const at = this.jobs.findIndex((job) => job.id === id);
    if (at < 0) return;
    this.withdraw(this.jobs[at] as Job);
    this.jobs.splice(at, 1);
  }

  /** Speaks what is still to be heard in another manner, from the next syllable on that can be made in time. */
  change(options: SpeechOptions): void {
    const { parts, delivery } = this;
    for (const job of this.speeches()) {
      job.options = { ...job.options, ...options };
      if (!parts || job.sent === 0) {
        if (parts && job.run) this.restart(job, 0, null);
        continue;
      }
      const position = delivery.position(job);
      const last = job.marks.at(-1);
      const next = job.marks.find(({ end }) => end > position)?.charIndex;
      if (position === 0) this.restart(job, 0, { at: 0 });
      else if (next !== undefined) this.restart(job, next, { last: -1 });
      else if (last && job.run) this.restart(job, last.charIndex + last.charLength, { last: -1 });
    }
    void this.run();
  }

  /** Goes on elsewhere in the text of a job that is heard. */
  seek(id: number, to: { charIndex: number } | { sentences: number }): void {
    const job = this.speeches().find((job) => job.id === id);
    if (!job || !this.parts) return;
    const { engine } = this.parts;
    this.attempt(job, () => {
      const at = 'charIndex' in to ? to.charIndex : this.sentence(engine, job, to.sentences);
      this.restart(job, at, { at });
    });
    void this.run();
  }

  /** Works until no job can go on: each either waits for the player to play, for the page to read, or for its text. */
  async run(): Promise<void> {
    if (this.running || !this.parts) return;
    this.running = true;
    const { ahead, engine, store } = this.parts;
    try {
      for (let job = this.next(); job || this.warming || ahead.hasWork; job = this.next()) {
        if (job) await this.advance(this.parts, job);
        else if (this.warming) this.warming = engine.warmUp();
        else await ahead.step(engine);
        void store.save(false);
        await this.breathe();
        if (!this.parts) return;
      }
    } catch (error) {
      this.crash(error);
    } finally {
      this.running = false;
    }
    store.rest();
  }

  /** An error without a code is a trap or a bug: the engine's memory can't be trusted any more. */
  private crash(error: unknown, job?: Job): void {
    this.parts = null;
    this.jobs.length = 0;
    this.tell({ type: 'crashed', error: toErrorMessage(error), ...(job && { job: job.id }) });
  }

  /** The jobs that are still to be heard, in their order. */
  private speeches(): Job[] {
    this.played = this.played.filter((job) => !this.delivery.isOver(job));
    return [...this.played, ...this.jobs.filter(({ sink }) => sink === 'player')];
  }

  /** Takes a job up again at a character of its text. */
  private restart(job: Job, at: number, entry: Run['entry']): void {
    const { parts } = this;
    if (!parts) return;
    this.withdraw(job);
    const made = this.played.indexOf(job);
    if (made >= 0) {
      this.played.splice(made, 1);
      const first = this.jobs.findIndex((other) => other.sink === 'player' && other.id > job.id);
      this.jobs.splice(first < 0 ? this.jobs.length : first, 0, job);
      if (entry && 'at' in entry) job.end = null;
    }
    this.attempt(job, () => {
      job.moveTo(parts.engine, at, entry ?? { at });
      if (!entry && job.run) job.run.entry = null;
      if (!job.run && job.complete) this.finish(job, Math.round(this.delivery.position(job)));
    });
  }

  /** The beginning of a sentence so many away from the one that is heard. */
  private sentence(engine: Engine, job: Job, away: number): number {
    const position = this.delivery.position(job);
    const heard = job.marks.find(({ end }) => end > position)?.charIndex ?? job.marks.at(-1)?.charIndex ?? 0;
    const starts = engine.sentenceStarts(job.text, job.options.ssml ?? false);
    const present = starts.findLastIndex((start) => start <= heard);
    return starts[Math.max(0, present + away)] ?? job.text.length;
  }

  private proceed(job: Job): void {
    const { parts } = this;
    if (!parts) return;
    this.attempt(job, () => {
      job.proceed(parts.engine);
      if (!job.complete || !this.jobs.includes(job)) return;
      if (!job.begun) throw new LangduError('E_TEXT_EMPTY', 'There is nothing to say in the text');
      this.finish(job);
    });
    void this.run();
  }

  /** Does something that may fail, and the job with it. */
  private attempt(job: Job, work: () => void): void {
    try {
      this.timed(job, work);
    } catch (error) {
      this.fail(job, error);
    }
  }

  private fail(job: Job, error: unknown): void {
    const message = toErrorMessage(error);
    if (message.code === 'E_WORKER') {
      this.crash(error, job);
      return;
    }
    this.tell({ type: 'failed', job: job.id, error: message });
    if (job.sink === 'player' && job.sent > 0) this.delivery.abandon(job.id);
    this.cancel(job.id);
  }

  /** Ends what is under way for a job. */
  private withdraw(job: Job): void {
    if (!this.parts || !job.run) return;
    this.parts.second?.cancel(job.run.number);
    job.stop(this.parts.engine);
  }

  private async advance(parts: Parts, job: Job): Promise<void> {
    const { run } = job;
    if (!run) return;
    const begun = performance.now();
    await parts.store.ready();
    const lookup = parts.engine.lookAhead(run.number);
    if (lookup) await parts.store.wait(lookup);
    job.lookupMs += performance.now() - begun;
    // Meanwhile the job may have been cancelled or sent elsewhere, or the engine lost.
    if (this.parts && job.run === run) this.step(this.parts, job, run);
  }

  /** Speech goes before files; among equals, first come, first served. */
  private next(): Job | undefined {
    const free = ({ run }: Job) => run !== null && run.drafts < DRAFTS && !run.drafted;
    const speech = this.jobs.find((job) => job.sink === 'player');
    const { delivery } = this;
    if (speech && free(speech) && delivery.connected && (speech.run?.entry || delivery.left(speech) < AHEAD)) {
      return speech;
    }
    return this.jobs.find((job) => job.sink === 'page' && free(job) && job.credit > (job.run?.drafts ?? 0));
  }

  private step({ engine, second }: Parts, job: Job, run: Run): void {
    // What is made to be thrown away is made in large chunks.
    const left = job.sink === 'player' && !run.entry ? this.delivery.left(job) : undefined;
    try {
      if (second) this.draft(engine, second, job, run, left);
      else
        this.take(
          job,
          run,
          this.timed(job, () => engine.next(run.number, left)),
        );
    } catch (error) {
      this.fail(job, error);
    }
  }

  /** Adds the time of some work to that of the job. */
  private timed<T>(job: Job, work: () => T): T {
    const begun = performance.now();
    const result = work();
    job.totalMs += performance.now() - begun;
    return result;
  }

  /** The acoustic model's part of the next chunk; the second worker does the rest meanwhile. */
  private draft(engine: Engine, second: SecondWorker, job: Job, run: Run, left?: number): void {
    const mel = this.timed(job, () => engine.draft(run.number, left));
    run.drafted = !mel;
    if (!mel) return;
    run.drafts += 1;
    second
      .push(run.number, mel)
      .then(({ samples, ms }) => {
        run.drafts -= 1;
        job.totalMs += ms;
        // Meanwhile the run may have been ended; others may have waited behind it.
        if (this.parts && job.run === run) {
          this.take(
            job,
            run,
            this.timed(job, () => engine.finish(run.number, samples, ms)),
          );
        }
        void this.run();
      })
      .catch((error) => this.fail(job, error));
  }

  private take(job: Job, run: Run, chunk: EngineChunk | undefined): void {
    const over = chunk?.last ?? true;
    const last = over && job.endsWith(run);
    const entered = chunk ? this.delivery.chunk(job, run, chunk, last) : false;
    job.begun ||= entered;
    if (this.parts && chunk) measure(this.parts.engine, job, run);
    if (!over) return;
    this.withdraw(job);
    if (run.entry && 'at' in run.entry) this.finish(job, Math.round(this.delivery.position(job)));
    else if (run.entry) this.settle(job);
    else if (last && entered) this.report(job);
    else this.proceed(job);
  }

  /** What the player has of the job is all there is. */
  private settle(job: Job): void {
    if (job.end === null) this.finish(job);
    else this.leave(job);
  }

  private finish(job: Job, cut?: number): void {
    this.delivery.end(job, cut);
    this.report(job);
  }

  private report(job: Job): void {
    const { memory, second } = this.parts ?? {};
    const bytes = (memory?.buffer.byteLength ?? 0) + (second?.memory ?? 0);
    this.tell({ type: 'made', job: job.id, stats: job.stats(bytes) });
    this.leave(job);
  }

  private leave(job: Job): void {
    const at = this.jobs.indexOf(job);
    if (at >= 0) this.jobs.splice(at, 1);
    if (job.sink === 'player') this.played.push(job);
  }
}

/** Lets messages in, without the 4 ms that timers cost. */
function breather(): () => Promise<void> {
  const tick = new MessageChannel();
  const later: (() => void)[] = [];
  tick.port1.onmessage = () => later.shift()?.();
  return () =>
    new Promise((resolve) => {
      later.push(resolve);
      tick.port2.postMessage(null);
    });
}

/** The jobs of a page: each is a text on its way to the speakers or to the page. */
import { LangduError } from '../wire/errors.js';
import type { JobStats, SpeechOptions } from '../wire/messages.js';
import type { Collection } from './collection.js';
import type { Speech } from './speech.js';

/** What every job has. Ids grow, so that "everything up to now" is one number. */
export interface Common {
  readonly id: number;
  /** As far as it has been written. */
  text: string;
  /** More of the text is to come. */
  open: boolean;
  options: SpeechOptions;
  /** The worker has sent something of it: a new worker can't take it over. */
  begun: boolean;
  stats: JobStats | null;
  fail(error: LangduError): void;
}

export type Job = Speech | Collection;

/** How a job ends besides by itself. */
export interface JobTableHandlers {
  /** Nothing of it shall be made or heard any more. */
  silence(job: Job): void;
  failed(job: Job, error: LangduError): void;
  /** There are others than before. */
  changed(): void;
}

export class JobTable {
  private readonly jobs = new Map<number, Job>();
  private readonly letGo = new Map<number, () => void>();

  constructor(private readonly handlers: JobTableHandlers) {}

  get(id: number): Job | undefined {
    return this.jobs.get(id);
  }

  get all(): Job[] {
    return [...this.jobs.values()];
  }

  /** Those that are played, in their order. */
  get speeches(): Speech[] {
    return this.all.filter((job): job is Speech => job.sink === 'player');
  }

  /** Takes a job on, until it is over or its signal is aborted. Says whether it could. */
  add(job: Job, signal?: AbortSignal): boolean {
    if (signal?.aborted) {
      job.fail(cancelled(job, signal.reason));
      return false;
    }
    this.jobs.set(job.id, job);
    if (signal) {
      const abort = () => this.abort(job, cancelled(job, signal.reason));
      signal.addEventListener('abort', abort, { once: true });
      this.letGo.set(job.id, () => signal.removeEventListener('abort', abort));
    }
    this.handlers.changed();
    return true;
  }

  /** Forgets a job that is over. Says whether it was known. */
  remove(job: Job): boolean {
    const known = this.jobs.delete(job.id);
    this.letGo.get(job.id)?.();
    this.letGo.delete(job.id);
    if (known) this.handlers.changed();
    return known;
  }

  /** Ends a job, wherever it is. */
  abort(job: Job, error: LangduError): void {
    if (this.jobs.has(job.id)) this.handlers.silence(job);
    this.settle(job, error);
  }

  /** Ends a job that nobody works on. */
  settle(job: Job, error: LangduError): void {
    if (!this.remove(job)) return;
    job.fail(error);
    if (error.code !== 'E_CANCELLED') this.handlers.failed(job, error);
  }

  /** Drops these jobs; their promises reject with `E_CANCELLED`. */
  cancel(jobs: Job[]): void {
    for (const job of jobs) this.abort(job, cancelled(job));
  }
}

function cancelled(job: Job, cause?: unknown): LangduError {
  const heard = job.sink === 'player' ? job.heard : undefined;
  return new LangduError('E_CANCELLED', 'The job was cancelled', { heard, cause });
}

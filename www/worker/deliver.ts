/** Where chunks go: to the player, over its own port, or to the page. */

import type { EngineChunk } from '#engine';
import type { Cue, Mark, PlayerToWorker, SentenceInfo, WorkerToPage, WorkerToPlayer } from '../wire/messages.js';
import type { Job, Run } from './job.js';

/** How long before it is heard a sound must be with the player, to take the place of another, in seconds. */
const MARGIN = 0.06;

type Tell = (message: WorkerToPage, transfer?: Transferable[]) => void;

/** A chunk in the job's own terms: samples of its sound. */
interface Piece {
  samples: Float32Array<ArrayBuffer>;
  start: number;
  marks: Mark[];
  cues: Cue[];
  sentence: SentenceInfo | null;
}

export class Delivery {
  sampleRate = 0;
  private player: MessagePort | null = null;
  private sent = 0;
  private drained = 0;
  private heard = { job: 0, position: 0 };
  private heardAt = 0;

  constructor(
    private readonly tell: Tell,
    /** The player has played. */
    private readonly onPlayed: () => void,
  ) {}

  /** Whether there is a player. */
  get connected(): boolean {
    return this.player !== null;
  }

  connect(port: MessagePort): void {
    this.player = port;
    this.sent = 0;
    this.drained = 0;
    port.onmessage = ({ data }: MessageEvent<PlayerToWorker>) => {
      this.drained = data.drained;
      this.heard = data;
      this.heardAt = performance.now();
      this.onPlayed();
    };
  }

  /** Seconds of sound that the player still has before it needs the next of this job. */
  left(job: Job): number {
    const samples = this.heard.job === job.id ? job.sent - this.heard.position : this.sent - this.drained;
    return samples / this.sampleRate;
  }

  /** How much of the job has been heard by now, in samples. */
  position(job: Job): number {
    if (this.heard.job !== job.id) return this.isOver(job) ? job.sent : 0;
    const since = ((performance.now() - this.heardAt) / 1000) * this.sampleRate;
    // A player that stands still does not report.
    return Math.min(job.sent, this.heard.position + Math.min(since, this.sampleRate / 10));
  }

  /** Whether the last of the job has left the player. */
  isOver(job: Job): boolean {
    return job.end !== null && this.drained >= job.end;
  }

  /** Hands a chunk of a run on, in full or from where the run takes over. Says whether the run has been let in. */
  chunk(job: Job, run: Run, chunk: EngineChunk, last: boolean): boolean {
    let piece = inJob(run, chunk);
    let cut: number | undefined;
    if (run.entry) {
      const found = this.entrance(job, run, piece);
      if (!found) return false;
      cut = found.cut;
      run.entry = null;
      // From here on the run's samples count from the joint.
      run.origin += found.cut - found.at;
      const gone = found.at - piece.start;
      piece = inJob(run, { ...chunk, samples: piece.samples.slice(gone) as Float32Array<ArrayBuffer> });
      piece.start = found.cut;
      piece.marks = piece.marks.filter(({ start }) => start >= found.cut);
      piece.cues = piece.cues.filter(({ at }) => at >= found.cut);
      job.marks = job.marks.filter(({ start }) => start < found.cut);
      job.sent = found.cut;
      job.end = null;
    }
    this.hand(job, piece, last, cut);
    return true;
  }

  /** Nothing follows: the job has been made. */
  end(job: Job, cut?: number): void {
    if (cut !== undefined) job.sent = cut;
    this.hand(job, { samples: new Float32Array(0), start: job.sent, marks: [], cues: [], sentence: null }, true, cut);
  }

  /** Ends a job whose rest will never come. */
  abandon(job: number): void {
    this.play({ job, samples: new Float32Array(0), last: true });
  }

  private hand(job: Job, piece: Piece, last: boolean, cut?: number): void {
    const { samples, start, marks, cues, sentence } = piece;
    job.sent = start + samples.length;
    const begins = sentence && { sentence };
    if (job.sink === 'page') {
      job.credit -= 1;
      const { buffer } = samples;
      const chunk = { samples, start, marks, cues, ...begins, last };
      this.tell({ type: 'chunk', job: job.id, chunk }, [buffer]);
      return;
    }
    const position = this.position(job);
    job.marks = [...job.marks.filter(({ end }) => end > position), ...marks];
    if (sentence || marks.length + cues.length > 0 || cut !== undefined) {
      this.tell({ type: 'marks', job: job.id, marks, cues, ...begins, ...(cut !== undefined && { since: cut }) });
    }
    // A chunk may be silence that was left out.
    if (samples.length === 0 && !last && cut === undefined) return;
    this.play({ job: job.id, samples, last, ...(cut !== undefined && { cut }) });
    if (last) job.end = this.sent;
  }

  private play(chunk: WorkerToPlayer): void {
    this.sent += chunk.samples.length;
    this.player?.postMessage(chunk, [chunk.samples.buffer]);
  }

  /**
   * Where in a piece the run takes over, and from which sample of the job on: at the character it was sent to, at once; or at
   * the first syllable that can be there before it is heard.
   */
  private entrance(job: Job, { entry }: Run, { marks }: Piece): { at: number; cut: number } | null {
    if (!entry) return null;
    if ('at' in entry) {
      const mark = marks.find(({ charIndex, charLength }) => charIndex + charLength > entry.at);
      return mark ? { at: mark.start, cut: Math.round(this.position(job)) } : null;
    }
    const soonest = this.position(job) + MARGIN * this.sampleRate;
    const beyond = job.marks.at(-1)?.charIndex ?? -1;
    for (const { charIndex, start } of marks) {
      // Several syllables of a number may stand for the same characters.
      const same = charIndex === entry.last;
      entry.last = charIndex;
      if (same) continue;
      const old = job.marks.find((mark) => mark.charIndex === charIndex);
      if (old && old.start >= soonest) return { at: start, cut: old.start };
      if (charIndex > beyond) return { at: start, cut: job.sent };
    }
    return null;
  }
}

function inJob({ origin }: Run, { samples, start, marks, cues, begins }: EngineChunk): Piece {
  return {
    samples,
    start: start + origin,
    marks: marks.map((mark) => ({ ...mark, start: mark.start + origin, end: mark.end + origin })),
    cues: cues.map(({ name, at }) => ({ name, at: at + origin })),
    sentence: begins ?? null,
  };
}

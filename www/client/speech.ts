/** A job that is played: what of it has been heard, and what is to be told when. */
import type { Heard, LangduError } from '../wire/errors.js';
import type { Cue, JobStats, Mark, PlayerToPage, SpeechOptions } from '../wire/messages.js';
import type { LangduEvents } from './events.js';
import type { Common } from './jobs.js';

export interface SpeakResult {
  /** Seconds of sound. */
  duration: number;
  /** Milliseconds from the call to the first sample at the audio device. */
  firstSoundMs: number;
  underruns: number;
  /** The work it took. */
  stats: JobStats;
}

/** What a speech says of itself. */
export type Tell = <Name extends 'start' | 'boundary' | 'mark' | 'progress' | 'underrun' | 'end'>(
  name: Name,
  event: LangduEvents[Name],
) => void;

/** The audio device: samples per second, and seconds that sound takes from the player to the ear. */
export interface Clock {
  readonly sampleRate: number;
  readonly latency: number;
}

export class Speech implements Common {
  readonly sink = 'player';
  begun = false;
  stats: JobStats | null = null;
  /** The player has begun with it. */
  started = false;
  private readonly calledAt = performance.now();
  private firstSoundMs = 0;
  private underruns = 0;
  /** Marks whose syllable has not begun, and cues that have not been reached. */
  private marks: Mark[] = [];
  private cues: Cue[] = [];
  private last: Mark | null = null;
  private elapsed = 0;
  private ended = false;

  constructor(
    readonly id: number,
    public text: string,
    public open: boolean,
    public options: SpeechOptions,
    private readonly clock: Clock,
    private readonly tell: Tell,
    private readonly resolve: (result: SpeakResult) => void,
    readonly fail: (error: LangduError) => void,
  ) {}

  /** The text that has been heard, up to the end of the syllable that sounds. */
  get heard(): Heard {
    const charIndex = this.last ? this.last.charIndex + this.last.charLength : 0;
    return { charIndex, elapsedTime: this.elapsed };
  }

  /** The syllable that sounds, and the time. */
  get position(): Heard {
    return { charIndex: this.last?.charIndex ?? 0, elapsedTime: this.elapsed };
  }

  /** What the worker has to say of the sound it sends. `since`: what it said of later samples does not hold. */
  expect(marks: Mark[], cues: Cue[], since?: number): void {
    if (since !== undefined) {
      this.marks = this.marks.filter(({ start }) => start < since);
      this.cues = this.cues.filter(({ at }) => at < since);
      this.ended = false;
    }
    this.marks.push(...marks);
    this.cues.push(...cues);
  }

  /** What the player has to say. `over` is called when all has been heard. */
  hear(message: PlayerToPage, over: () => void): void {
    switch (message.type) {
      case 'started':
        this.started = true;
        this.firstSoundMs = performance.now() - this.calledAt;
        this.tell('start', { job: this.id, firstSoundMs: this.firstSoundMs });
        break;
      case 'position':
        this.follow(message.position - this.clock.latency * this.clock.sampleRate);
        break;
      case 'underrun':
        this.underruns = message.count;
        this.tell('underrun', { job: this.id, count: message.count });
        break;
      case 'ended':
        this.ended = true;
        // A hidden page has no clock to wait by, and nobody who watches.
        if (document.hidden || this.clock.latency === 0) over();
        else setTimeout(over, this.clock.latency * 1000);
        break;
    }
  }

  /** A speech is over when it has been made and played. Says whether it is. */
  get complete(): boolean {
    return this.ended && this.stats !== null;
  }

  finish(): void {
    if (!this.stats) return;
    const { firstSoundMs, underruns, stats } = this;
    const duration = stats.samples / this.clock.sampleRate;
    const rtf = duration > 0 ? stats.totalMs / 1000 / duration : 0;
    this.follow(stats.samples);
    this.resolve({ duration, firstSoundMs, underruns, stats });
    this.tell('end', { job: this.id, duration, rtf, firstSoundMs, underruns });
  }

  private follow(position: number): void {
    if (position < 0) return;
    const seconds = (samples: number) => samples / this.clock.sampleRate;
    for (let mark = this.marks[0]; mark && mark.start <= position; mark = this.marks[0]) {
      this.marks.shift();
      this.last = mark;
      const { charIndex, charLength, start } = mark;
      this.tell('boundary', { job: this.id, charIndex, charLength, elapsedTime: seconds(start) });
    }
    for (let cue = this.cues[0]; cue && cue.at <= position; cue = this.cues[0]) {
      this.cues.shift();
      this.tell('mark', { job: this.id, name: cue.name, elapsedTime: seconds(cue.at) });
    }
    this.elapsed = seconds(position);
    this.tell('progress', { job: this.id, elapsedTime: this.elapsed });
  }
}

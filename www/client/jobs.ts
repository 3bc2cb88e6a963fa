/** Jobs as the page sees them. Ids grow, so that "everything up to now" is one number. */
import type { LangduError } from '../wire/errors.js';
import type { Cue, JobStats, Mark, PcmChunk, SpeechOptions } from '../wire/messages.js';

export interface SpeakResult {
  /** Seconds of sound. */
  duration: number;
  /** Milliseconds from the call to the first sample at the audio device. */
  firstSoundMs: number;
  underruns: number;
  /** The work it took. */
  stats: JobStats;
}

interface Common {
  id: number;
  text: string;
  options: SpeechOptions;
  /** The worker has sent something of it: a new worker can't take it over. */
  begun: boolean;
  stats: JobStats | null;
  fail(error: LangduError): void;
}

/** A job that is played. */
export interface Speech extends Common {
  sink: 'player';
  calledAt: number;
  firstSoundMs: number;
  underruns: number;
  /** Marks whose syllable has not begun. */
  marks: Mark[];
  /** Cues that have not been reached. */
  cues: Cue[];
  ended: boolean;
  resolve(result: SpeakResult): void;
}

/** A job whose chunks are handed to the page. */
export interface Collection extends Common {
  sink: 'page';
  take(chunk: PcmChunk): void;
}

export type Job = Speech | Collection;

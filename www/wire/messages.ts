/**
 * What the three sides say to each other: the page (`client/`), the worker that makes the sound (`worker/`) and the player on
 * the audio thread (`player/`). Sound goes from the worker straight to the player.
 */
import type { ErrorMessage } from './errors.js';

export interface SpeechOptions {
  /** One of the voice's speakers by name, the first when left out. */
  speaker?: string;
  /** One of the voice's emotions, `neutral` when left out. */
  emotion?: string;
  /** From neutral, 0, to the full emotion, 1; 1 when left out. */
  intensity?: number;
  /** 0.5 to 2, 1 when left out. */
  speed?: number;
  /** Semitones, -6 to 6, 0 when left out. */
  pitch?: number;
  /** 0 to 2, 1 when left out. */
  volume?: number;
  /** The text is an SSML document: `<speak>…</speak>`. */
  ssml?: boolean;
  /** Words with the reading they shall have: pinyin with tone digits, or other text to say: `{ 重庆: 'chong2 qing4', GPU: 'G P U' }`. */
  lexicon?: Record<string, string>;
}

/** Which characters sound when. Offsets count UTF-16 units of the text as given; times count samples of the job. */
export interface Mark {
  charIndex: number;
  charLength: number;
  start: number;
  end: number;
}

/** A `<mark name="…"/>` of an SSML document and when it is reached, in samples of the job. */
export interface Cue {
  name: string;
  at: number;
}

/** A piece of sound. `start` is its position in the job, in samples. */
export interface PcmChunk {
  samples: Float32Array<ArrayBuffer>;
  start: number;
  marks: Mark[];
  cues: Cue[];
  last: boolean;
}

/** A sentence begins in the job. Offsets count UTF-16 units of the text as given. */
export interface SentenceInfo {
  charIndex: number;
  charLength: number;
  /** `L1`: made with words spoken before; `L2`: spoken before; `L3`: fixed part of a template; `new`: made for this job. */
  source: 'L1' | 'L2' | 'L3' | 'new';
  /** The words spoken before, for `L1`. */
  known: { charIndex: number; charLength: number }[];
}

/** What a level of the cache holds, and what has happened since the page was loaded. */
export interface CacheCounts {
  entries: number;
  bytes: number;
  /** Bytes in memory. */
  memoryBytes: number;
  /** Bytes that may be kept. */
  budget: number;
  /** Records that went to make room, and those that were found torn. */
  evicted: number;
  dropped: number;
  /** Searches that found something, and that did not. */
  hits: number;
  misses: number;
}

/** The sums of all levels, and each by itself. */
export interface CacheStats extends CacheCounts {
  l1: CacheCounts;
  l2: CacheCounts;
  l3: CacheCounts;
  /** Whether the cache outlives the page. */
  stored: boolean;
  /** Why the cache does not outlive the page. */
  failure?: ErrorMessage;
}

/** How an emotion shapes the voice; every factor is 1 when left out. */
export interface EmotionTemplate {
  /** Of the pitch in Hz, 0.5 to 2. */
  pitch_scale?: number;
  /** Of every duration, 0.5 to 2. */
  duration_scale?: number;
  /** Of the energy about its mean, 0 to 2. */
  energy_scale?: number;
}

export type CacheQuestion = { ask: 'stats' | 'clear' | 'export' } | { ask: 'import'; file: Uint8Array };

export type Question =
  | CacheQuestion
  | { ask: 'templates'; texts: string[]; emotions: string[] }
  | { ask: 'emotions'; templates: Record<string, EmotionTemplate> };

export interface SpeakerInfo {
  name: string;
  /** `female` or `male`, where known. */
  sex?: string;
  description: { zh?: string; en?: string };
  /** A recording, relative to the voice's folder. */
  sample?: string;
}

export interface VoiceInfo {
  name: string;
  language: string;
  sampleRate: number;
  /** Whose voices it has; the first speaks when none is asked for. */
  speakers: SpeakerInfo[];
  emotions: string[];
  /** Whether `pitch` can be set. */
  pitch: boolean;
}

/** Work done for one job: samples made and milliseconds of wall time spent, in all and by stage. */
export interface JobStats {
  samples: number;
  totalMs: number;
  textMs: number;
  sambertMs: number;
  vocoderMs: number;
  /** Size of the WebAssembly memory, in bytes. */
  memory: number;
}

export type PageToWorker =
  /** `pack` is a voice that a person brought along: a zip archive, or the files of a folder. */
  | { type: 'load'; baseUrl: string; voice: string; workers: number; pack?: File[] }
  | { type: 'engine'; module: WebAssembly.Module }
  | { type: 'player'; port: MessagePort }
  | { type: 'start'; job: number; text: string; options: SpeechOptions; sink: 'player' | 'page' }
  /** The page has room for one more chunk of a job that it collects itself. */
  | { type: 'pull'; job: number }
  | { type: 'cancel'; job: number }
  | { type: 'question'; request: number; question: Question };

export type WorkerToPage =
  | { type: 'loading'; loaded: number; total: number }
  /** The voice has arrived, and will soon be ready. */
  | { type: 'fetched'; sampleRate: number }
  | { type: 'ready'; voice: VoiceInfo }
  | { type: 'refused'; error: ErrorMessage }
  | { type: 'marks'; job: number; marks: Mark[]; cues: Cue[] }
  | { type: 'sentence'; job: number; sentence: SentenceInfo }
  | { type: 'chunk'; job: number; chunk: PcmChunk }
  | { type: 'made'; job: number; stats: JobStats }
  | { type: 'failed'; job: number; error: ErrorMessage }
  | { type: 'answer'; request: number; value?: unknown; error?: ErrorMessage }
  /** The cache does not outlive the page. */
  | { type: 'uncached'; error: ErrorMessage }
  /** The engine is beyond repair; the page starts a new worker. */
  | { type: 'crashed'; error: ErrorMessage };

export interface WorkerToPlayer {
  job: number;
  samples: Float32Array<ArrayBuffer>;
  last: boolean;
}

/**
 * Samples of the player's queue that have been played or thrown away since it was connected; those of the chunk that plays
 * count one by one, since the next chunk is made as long as what is left allows.
 */
export interface PlayerToWorker {
  drained: number;
}

export type PageToPlayer =
  | { type: 'connect'; port: MessagePort }
  | { type: 'pause'; paused: boolean }
  /** Silences every job up to and including this one, for good. */
  | { type: 'cancel'; through: number }
  /** Forgets what is queued of one job whose end will never come. */
  | { type: 'drop'; job: number };

export type PlayerToPage =
  | { type: 'started'; job: number }
  | { type: 'position'; job: number; position: number }
  | { type: 'underrun'; job: number; count: number }
  | { type: 'ended'; job: number };

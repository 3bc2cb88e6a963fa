/**
 * What the three sides say to each other: the page (`client/`), the worker that makes the sound (`worker/`) and the player on
 * the audio thread (`player/`). Sound goes from the worker straight to the player.
 */
import type { ErrorMessage } from './errors.js';

/** What a text does: it asks, exclaims, trails off and so on. */
export type Mood =
  | 'auto'
  | 'neutral'
  | 'statement'
  | 'question'
  | 'particle-question'
  | 'word-question'
  | 'exclamation'
  | 'command'
  | 'trailing'
  | 'broken-off'
  | 'call'
  | 'verse';

/** Signs that can be said by their names: emoji, stars and waves, [1] and ①, quotation marks, and where links lead. */
export type SymbolKind = 'emoji' | 'decoration' | 'notes' | 'quotes' | 'links';

export interface SpeechOptions {
  /** One of the voice's speakers by name, the first when left out. */
  speaker?: string;
  /** One of the voice's emotions, `neutral` when left out. */
  emotion?: string;
  /** From neutral, 0, to the full emotion and mood, 1; 1 when left out. */
  intensity?: number;
  /** `auto`, when left out, takes it from marks and words; `neutral` says everything like a statement. */
  mood?: Mood;
  /** 0.5 to 2, 1 when left out. */
  speed?: number;
  /** Semitones, -6 to 6, 0 when left out. */
  pitch?: number;
  /** 0 to 2, 1 when left out. */
  volume?: number;
  /** Times the normal length of pauses: 0 to 3, 1 when left out. */
  pauses?: number;
  /** Semitones of quoted speech above narration: -6 to 6, 0.5 when left out. */
  dialogue?: number;
  /** The text is an SSML document: `<speak>…</speak>`. */
  ssml?: boolean;
  /** Words with the reading they shall have: pinyin with tone digits, or other text to say: `{ 重庆: 'chong2 qing4', GPU: 'G P U' }`. */
  lexicon?: Record<string, string>;
  /** What the text is written in, `text` when left out: as people type and paste it. */
  input?: 'text' | 'markdown' | 'html';
  /** Which signs that are seldom said are: none, `skip`, when left out; all, `read`; or some, with spaces: `'emoji links'`. */
  symbols?: 'skip' | 'read' | SymbolKind | `${SymbolKind} ${string}`;
  /** Whether 儿 joins the syllable before it as in the north, `auto`, or is left out where it would, `never`. */
  erhua?: 'auto' | 'never';
  /** Whose standard readings, `CN` when left out. */
  accent?: 'CN' | 'TW';
}

/** Which characters sound when. Offsets count UTF-16 units of the text as given; times count samples of the job. */
export interface Mark {
  charIndex: number;
  charLength: number;
  start: number;
  end: number;
}

/** A syllable as it would be read. Offsets count UTF-16 units of the text as given. */
export interface SyllableReading {
  charIndex: number;
  charLength: number;
  /** With a tone digit, 5 for the neutral tone, `v` for ü. */
  pinyin: string;
  /** The readings of a character that has several, before sandhi. */
  choices: string[];
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
  /** The sentence that begins with this piece, if one does. */
  sentence?: SentenceInfo;
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
  | { ask: 'forget-templates'; texts: string[] }
  | { ask: 'readings'; text: string; lexicon: Record<string, string> }
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

/** Where the files of the engine lie, as absolute URLs. */
export interface EngineFiles {
  worker: string;
  vocoder: string;
  wasm: string;
  /** What texts are read by. */
  text: string;
}

/** Where a voice comes from. */
export interface WantedVoice {
  /** Of a voice that the browser keeps, which is looked for first. */
  name: string;
  /** The folder with its `voice.json`; null if only the browser can have it. */
  url: string | null;
  /** Where single files lie, by their names, if not there. */
  files?: Readonly<Record<string, string>>;
  /** Instead, a voice that a person brought along: a zip archive, or the files of a folder. */
  pack?: File[];
  /** The site's own voices, whose names no other may have: the folder of their folders, and one that came with the code. */
  site: { folder: string | null; own: string | null };
}

export type PageToWorker =
  | { type: 'load'; version: string; files: EngineFiles; voice: WantedVoice; workers: number }
  | { type: 'engine'; module: WebAssembly.Module }
  /** What the site has of the voice. */
  | { type: 'manifest'; manifest: string }
  | { type: 'manifest'; error: ErrorMessage }
  | { type: 'player'; port: MessagePort }
  /** `open`: more text follows by `feed`. */
  | { type: 'start'; job: number; text: string; open: boolean; options: SpeechOptions; sink: 'player' | 'page' }
  | { type: 'feed'; job: number; text: string; end: boolean }
  /** The page has room for one more chunk of a job that it collects itself. */
  | { type: 'pull'; job: number }
  | { type: 'cancel'; job: number }
  /** From here on the jobs that are played are spoken so. */
  | { type: 'change'; options: SpeechOptions }
  /** A job that is played goes on elsewhere in its text: at an offset, or so many sentences away. */
  | { type: 'seek'; job: number; to: { charIndex: number } | { sentences: number } }
  | { type: 'question'; request: number; question: Question };

export type WorkerToPage =
  | { type: 'loading'; loaded: number; total: number }
  /** There is such a voice, and it is on its way. */
  | { type: 'found'; sampleRate: number }
  | { type: 'ready'; voice: VoiceInfo }
  | { type: 'refused'; error: ErrorMessage }
  /** What is said when, and the sentence that begins. `since`: what was told of later samples does not hold any more. */
  | { type: 'marks'; job: number; marks: Mark[]; cues: Cue[]; sentence?: SentenceInfo; since?: number }
  | { type: 'chunk'; job: number; chunk: PcmChunk }
  | { type: 'made'; job: number; stats: JobStats }
  | { type: 'failed'; job: number; error: ErrorMessage }
  | { type: 'answer'; request: number; value?: unknown; error?: ErrorMessage }
  /** The voice or the cache does not outlive the page. */
  | { type: 'uncached'; error: ErrorMessage }
  /** The engine is beyond repair; the page starts a new worker. `job`: what it was working on. */
  | { type: 'crashed'; error: ErrorMessage; job?: number };

export interface WorkerToPlayer {
  job: number;
  samples: Float32Array<ArrayBuffer>;
  last: boolean;
  /**
   * The chunk takes the place of what is queued of its job from this sample of the job on, or from where the job is heard if
   * that is later.
   */
  cut?: number;
}

/**
 * Samples of the player's queue that have been played or thrown away since it was connected; those of the chunk that plays
 * count one by one, since the next chunk is made as long as what is left allows. `job` and `position`: what is heard, and
 * how many samples of it have been.
 */
export interface PlayerToWorker {
  drained: number;
  job: number;
  position: number;
}

export interface PlayerSettings {
  /** The voice's samples per second. */
  rate: number;
}

export type PageToPlayer =
  | { type: 'connect'; port: MessagePort }
  | { type: 'pause'; paused: boolean }
  /** Silences every job up to and including this one, for good. */
  | { type: 'cancel'; through: number }
  /** Silences one job, for good. */
  | { type: 'drop'; job: number };

export type PlayerToPage =
  | { type: 'started'; job: number }
  | { type: 'position'; job: number; position: number }
  | { type: 'underrun'; job: number; count: number }
  | { type: 'ended'; job: number };

/** The types that the package exports beside its classes. */
export type { Heard } from '../wire/errors.js';
export type {
  CacheCounts,
  CacheStats,
  Cue,
  EmotionTemplate,
  JobStats,
  Mark,
  Mood,
  PcmChunk,
  SentenceInfo,
  SpeakerInfo,
  SpeechOptions,
  SyllableReading,
  SymbolKind,
  VoiceInfo,
} from '../wire/messages.js';
export type { SpeechCache } from './cache.js';
export type { LangduEvents, LangduState } from './events.js';
export type { VoicePackage } from './files.js';
export type { SpeakOptions, StreamOptions } from './options.js';
export type { SpeakResult } from './speech.js';
export type { Caption, SubtitleOptions, Timing } from './subtitles.js';
export type { Templates } from './templates.js';
export type { TextSource } from './text-source.js';

/** The objects of the Web Speech API that hold data: voices, utterances, events. */
import { asInterface, float, withHandlers } from './idl.js';

/** Only this module and the synthesizer make what a page can't. */
export const INSIDE = Symbol('langdu');

export class Voice {
  readonly #data: SpeechSynthesisVoiceData;

  constructor(key: symbol, data: SpeechSynthesisVoiceData) {
    if (key !== INSIDE) throw new TypeError('Illegal constructor');
    this.#data = data;
  }

  get voiceURI(): string {
    return this.#data.voiceURI;
  }
  get name(): string {
    return this.#data.name;
  }
  get lang(): string {
    return this.#data.lang;
  }
  get localService(): boolean {
    return this.#data.localService;
  }
  get default(): boolean {
    return this.#data.default;
  }
}

export interface SpeechSynthesisVoiceData {
  voiceURI: string;
  name: string;
  lang: string;
  localService: boolean;
  default: boolean;
}

/** Voices of langdu, and the browser's own. */
export type AnyVoice = Voice | SpeechSynthesisVoice;

export class Utterance extends EventTarget {
  declare onstart: ((event: SynthesisEvent) => unknown) | null;
  declare onend: ((event: SynthesisEvent) => unknown) | null;
  declare onerror: ((event: SynthesisErrorEvent) => unknown) | null;
  declare onpause: ((event: SynthesisEvent) => unknown) | null;
  declare onresume: ((event: SynthesisEvent) => unknown) | null;
  declare onmark: ((event: SynthesisEvent) => unknown) | null;
  declare onboundary: ((event: SynthesisEvent) => unknown) | null;
  #text: string;
  #lang = '';
  #voice: AnyVoice | null = null;
  #volume = 1;
  #rate = 1;
  #pitch = 1;

  constructor(...text: [text?: unknown]) {
    super();
    this.#text = text.length > 0 ? String(text[0]) : '';
  }

  get text(): string {
    return this.#text;
  }
  set text(text: string) {
    this.#text = String(text);
  }
  get lang(): string {
    return this.#lang;
  }
  set lang(lang: string) {
    this.#lang = String(lang);
  }
  get voice(): AnyVoice | null {
    return this.#voice;
  }
  set voice(voice: AnyVoice | null) {
    this.#voice = voice ?? null;
  }
  /** 0 to 1. */
  get volume(): number {
    return this.#volume;
  }
  set volume(volume: number) {
    this.#volume = clamp(float(volume, 'volume'), 0, 1);
  }
  /** 0.1 to 10. */
  get rate(): number {
    return this.#rate;
  }
  set rate(rate: number) {
    this.#rate = clamp(float(rate, 'rate'), 0.1, 10);
  }
  /** 0 to 2. */
  get pitch(): number {
    return this.#pitch;
  }
  set pitch(pitch: number) {
    this.#pitch = clamp(float(pitch, 'pitch'), 0, 2);
  }
}

export interface SynthesisEventInit extends EventInit {
  utterance: Utterance;
  charIndex?: number;
  charLength?: number;
  elapsedTime?: number;
  name?: string;
}

export class SynthesisEvent extends Event {
  readonly #init: SynthesisEventInit;

  constructor(type: string, init: SynthesisEventInit) {
    super(type, init);
    if (!(init?.utterance instanceof Utterance)) throw new TypeError('an event needs its utterance');
    this.#init = init;
  }

  get utterance(): Utterance {
    return this.#init.utterance;
  }
  get charIndex(): number {
    return this.#init.charIndex ?? 0;
  }
  get charLength(): number {
    return this.#init.charLength ?? 0;
  }
  /** Seconds. */
  get elapsedTime(): number {
    return float(this.#init.elapsedTime ?? 0, 'elapsedTime');
  }
  get name(): string {
    return this.#init.name ?? '';
  }
}

/** The names of the draft. */
export type SynthesisErrorCode =
  | 'canceled'
  | 'interrupted'
  | 'audio-busy'
  | 'audio-hardware'
  | 'network'
  | 'synthesis-unavailable'
  | 'synthesis-failed'
  | 'language-unavailable'
  | 'voice-unavailable'
  | 'text-too-long'
  | 'invalid-argument'
  | 'not-allowed';

export interface SynthesisErrorEventInit extends SynthesisEventInit {
  error: SynthesisErrorCode;
}

export class SynthesisErrorEvent extends SynthesisEvent {
  readonly #error: SynthesisErrorCode;

  constructor(type: string, init: SynthesisErrorEventInit) {
    super(type, init);
    if (init.error === undefined) throw new TypeError('an error event needs its error');
    this.#error = init.error;
  }

  get error(): SynthesisErrorCode {
    return this.#error;
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

asInterface(Voice, 'SpeechSynthesisVoice', true);
asInterface(Utterance, 'SpeechSynthesisUtterance');
asInterface(SynthesisEvent, 'SpeechSynthesisEvent');
asInterface(SynthesisErrorEvent, 'SpeechSynthesisErrorEvent');
withHandlers(Utterance, ['start', 'end', 'error', 'pause', 'resume', 'mark', 'boundary']);

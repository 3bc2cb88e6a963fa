/**
 * The Web Speech API's `speechSynthesis` by langdu: the same for every browser, offline, and with marks that are true.
 *
 * ```js
 * import { install } from 'langdu/speech-synthesis';
 * install();
 * speechSynthesis.speak(new SpeechSynthesisUtterance('今天天气不错。'));
 * ```
 */
import { Langdu, type LangduError, type LoadOptions } from 'langdu';
import { notHere } from '../wire/errors.js';
import { asInterface, withHandlers } from './idl.js';
import { BrowsersOwn } from './native-speech.js';
import { Telling } from './telling.js';
import {
  type AnyVoice,
  INSIDE,
  type SynthesisErrorCode,
  SynthesisErrorEvent,
  SynthesisEvent,
  Utterance,
  Voice,
} from './utterance.js';

export {
  SynthesisErrorEvent as SpeechSynthesisErrorEvent,
  SynthesisEvent as SpeechSynthesisEvent,
  Utterance as SpeechSynthesisUtterance,
  Voice as SpeechSynthesisVoice,
} from './utterance.js';

export interface SpeechSynthesisOptions extends Omit<LoadOptions, 'onProgress' | 'signal'> {
  /** An instance that the page has loaded for itself. */
  langdu?: Langdu;
  /** Whether the browser's own voices are offered too, for other languages; true when left out. */
  native?: boolean;
}

/** Who has an utterance in its queue. */
const owners = new WeakMap<Utterance, SpeechSynthesis>();

export class SpeechSynthesis extends EventTarget {
  declare onvoiceschanged: ((event: Event) => unknown) | null;
  readonly #loading: Promise<Langdu>;
  readonly #own: BrowsersOwn | null;
  readonly #queue: Utterance[] = [];
  #current: { utterance: Utterance; end: AbortController; started: boolean } | null = null;
  #langdu: Langdu | null = null;
  #voice: Voice | null = null;
  #paused = false;

  /** @internal */
  constructor(key: symbol, { langdu, native = true, ...options }: SpeechSynthesisOptions) {
    super();
    if (key !== INSIDE) throw new TypeError('Illegal constructor');
    if (typeof document === 'undefined') throw notHere();
    this.#own = native ? BrowsersOwn.find(() => this.dispatchEvent(new Event('voiceschanged'))) : null;
    this.#loading = langdu ? Promise.resolve(langdu) : Langdu.load(options);
    this.#loading.then(
      (langdu) => {
        const { name, language } = langdu.voice;
        this.#langdu = langdu;
        const voiceURI = `langdu:${name}`;
        this.#voice = new Voice(INSIDE, { voiceURI, name, lang: language, localService: true, default: true });
        this.dispatchEvent(new Event('voiceschanged'));
      },
      // Each utterance says so.
      () => undefined,
    );
  }

  /** Whether utterances wait. */
  get pending(): boolean {
    return this.#queue.length > 0;
  }

  /** Whether an utterance has begun to be spoken and has not ended, paused or not. */
  get speaking(): boolean {
    return this.#current !== null;
  }

  get paused(): boolean {
    return this.#paused;
  }

  speak(utterance: Utterance): void {
    if (!(utterance instanceof Utterance)) throw new TypeError('speak() takes a SpeechSynthesisUtterance');
    const owner = owners.get(utterance);
    if (owner && owner !== this) throw new DOMException('Another window speaks this utterance', 'InvalidStateError');
    owners.set(utterance, this);
    this.#queue.push(utterance);
    this.#next();
  }

  cancel(): void {
    const waiting = this.#queue.splice(0);
    const current = this.#current;
    current?.end.abort();
    this.#own?.cancel();
    for (const utterance of waiting) this.#fail(utterance, 'canceled');
  }

  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#langdu?.pause();
    this.#own?.pause();
    if (this.#current?.started) this.#tell('pause', this.#current.utterance);
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#langdu?.resume();
    this.#own?.resume();
    if (this.#current?.started) this.#tell('resume', this.#current.utterance);
    this.#next();
  }

  getVoices(): AnyVoice[] {
    return [...(this.#voice ? [this.#voice] : []), ...(this.#own?.voices() ?? [])];
  }

  #next(): void {
    if (this.#current || this.#paused) return;
    const utterance = this.#queue.shift();
    if (!utterance) return;
    this.#current = { utterance, end: new AbortController(), started: false };
    void this.#say(this.#current).finally(() => {
      this.#current = null;
      this.#next();
    });
  }

  async #say(current: { utterance: Utterance; end: AbortController; started: boolean }): Promise<void> {
    const { utterance, end } = current;
    const start = () => {
      current.started = true;
      this.#tell('start', utterance);
    };
    try {
      if (this.#own?.speaks(utterance)) {
        await this.#own.say(utterance, end.signal, start);
        return;
      }
      const langdu = await this.#loading.catch((error) => {
        throw Object.assign(error, { unavailable: true });
      });
      await this.#spoken(langdu, utterance, end.signal, start);
    } catch (error) {
      this.#fail(utterance, codeOf(error as LangduError, current.started));
    }
  }

  async #spoken(langdu: Langdu, utterance: Utterance, signal: AbortSignal, start: () => void): Promise<void> {
    const { text, rate, pitch, volume } = utterance;
    const telling = new Telling(langdu, text, start, (type, init) => {
      utterance.dispatchEvent(new SynthesisEvent(type, { utterance, ...init }));
    });
    try {
      const { duration } = await langdu.speak(text, {
        ssml: /^\s*(<\?xml[^>]*>\s*)?<speak[\s>]/.test(text),
        speed: Math.min(2, Math.max(0.5, rate)),
        // What the voice can't change stays as it is.
        ...(langdu.voice.pitch && { pitch: semitones(pitch) }),
        volume,
        signal,
      });
      this.#tell('end', utterance, duration);
    } catch (error) {
      // There is nothing to say in it: the draft has no error for that.
      if ((error as LangduError).code !== 'E_TEXT_EMPTY') throw error;
      start();
      this.#tell('end', utterance);
    } finally {
      telling.stop();
    }
  }

  #tell(type: string, utterance: Utterance, elapsedTime = 0): void {
    utterance.dispatchEvent(new SynthesisEvent(type, { utterance, elapsedTime }));
  }

  #fail(utterance: Utterance, error: SynthesisErrorCode): void {
    utterance.dispatchEvent(new SynthesisErrorEvent('error', { utterance, error }));
  }
}

asInterface(SpeechSynthesis, 'SpeechSynthesis', true);
withHandlers(SpeechSynthesis, ['voiceschanged']);

/** A `speechSynthesis` beside the browser's own, for the utterances of this module. Throws `E_NO_BROWSER` on a server. */
export function create(options: SpeechSynthesisOptions = {}): SpeechSynthesis {
  return new SpeechSynthesis(INSIDE, options);
}

/**
 * Puts langdu in place of the browser's `speechSynthesis` and what belongs to it. Returns what takes its place. Throws
 * `E_NO_BROWSER` on a server.
 */
export function install(options: SpeechSynthesisOptions = {}): SpeechSynthesis {
  const synthesis = create(options);
  const given = {
    speechSynthesis: synthesis,
    SpeechSynthesis,
    SpeechSynthesisUtterance: Utterance,
    SpeechSynthesisEvent: SynthesisEvent,
    SpeechSynthesisErrorEvent: SynthesisErrorEvent,
    SpeechSynthesisVoice: Voice,
  };
  for (const [name, value] of Object.entries(given)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true, enumerable: false });
  }
  return synthesis;
}

/** A pitch of 0 to 2, 1 in the middle, as browsers have it, in semitones. */
function semitones(pitch: number): number {
  return Math.max(-6, Math.min(6, 12 * Math.log2(Math.max(0.01, pitch))));
}

function codeOf({ code, unavailable }: LangduError & { unavailable?: boolean }, started: boolean): SynthesisErrorCode {
  if (code === 'E_CANCELLED') return started ? 'interrupted' : 'canceled';
  if (code === 'E_AUDIO_LOCKED') return 'not-allowed';
  if (code === 'E_AUDIO_INTERRUPTED') return 'audio-busy';
  if (code === 'E_AUDIO_WORKLET') return 'audio-hardware';
  if (code === 'E_NETWORK') return 'network';
  if (code?.startsWith('E_VOICE_')) return 'voice-unavailable';
  if (code?.startsWith('E_OPTION_') || code?.startsWith('E_TEXT_')) return 'invalid-argument';
  return unavailable ? 'synthesis-unavailable' : 'synthesis-failed';
}

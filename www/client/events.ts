import type { LangduError } from '../wire/errors.js';
import type { SentenceInfo } from '../wire/messages.js';

/** What happens while speaking; every event names the job it belongs to. Times are in seconds of the job's sound. */
export interface LangduEvents {
  /** The first sample of a job went to the audio device, `firstSoundMs` after the call of `speak()`. */
  start: { job: number; firstSoundMs: number };
  /** A syllable begins: these characters of the text (UTF-16 offsets) are being heard. */
  boundary: { job: number; charIndex: number; charLength: number; elapsedTime: number };
  /** A `<mark name="…"/>` of an SSML document is reached. */
  mark: { job: number; name: string; elapsedTime: number };
  /** A sentence has begun to be made, or was found in the cache. It may be heard much later. */
  sentence: { job: number } & SentenceInfo;
  /** Comes about thirty times a second while sound plays. */
  progress: { job: number; elapsedTime: number };
  /** The queue ran dry in mid-speech for the `count`th time. */
  underrun: { job: number; count: number };
  /** The last sample has been played. `rtf` is seconds of work per second of sound. */
  end: { job: number; duration: number; rtf: number; firstSoundMs: number; underruns: number };
  /** A job failed, or was ended by its caller (`E_CANCELLED` is no event). */
  error: { job: number; error: LangduError };
  /** `speaking`, `paused` or `interrupted` has changed. */
  state: LangduState;
  /** The voice, or what is spoken, is kept until the page is closed, no longer; `error` says why. Also for those who listen late. */
  uncached: { error: LangduError };
}

export interface LangduState {
  /** A speech is being heard, or about to be. */
  speaking: boolean;
  /** It is held by `pause()`. */
  paused: boolean;
  /** The system has taken the audio device away: a call, another app. `resume()` or the next click goes on. */
  interrupted: boolean;
}

type Handler<Name extends keyof LangduEvents> = (event: LangduEvents[Name]) => void;
type AnyHandler = Handler<keyof LangduEvents>;

export class Emitter {
  private readonly handlers = new Map<keyof LangduEvents, Set<AnyHandler>>();
  /** Events that are true ever after: who listens late hears of them, too. */
  private readonly lasting: LangduEvents['uncached'][] = [];

  /** Calls `handler` on every such event; returns a function that stops it. */
  on<Name extends keyof LangduEvents>(name: Name, handler: Handler<Name>): () => void {
    const handlers = this.handlers.get(name) ?? new Set();
    this.handlers.set(name, handlers);
    handlers.add(handler as AnyHandler);
    if (name === 'uncached') {
      for (const event of this.lasting) queueMicrotask(() => this.call(handler as AnyHandler, event));
    }
    return () => handlers.delete(handler as AnyHandler);
  }

  protected emit<Name extends keyof LangduEvents>(name: Name, event: LangduEvents[Name]): void {
    // A copy: a handler may stop listening, and others may begin.
    for (const handler of [...(this.handlers.get(name) ?? [])]) this.call(handler, event);
  }

  /** Emits an event that stays true. */
  protected emitLasting(event: LangduEvents['uncached']): void {
    this.lasting.push(event);
    this.emit('uncached', event);
  }

  private call(handler: AnyHandler, event: LangduEvents[keyof LangduEvents]): void {
    try {
      handler(event);
    } catch (error) {
      // A listener's mistake must not stop the speech.
      reportError(error);
    }
  }
}

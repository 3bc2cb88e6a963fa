import type { LangduError } from '../wire/errors.js';
import type { SentenceInfo } from '../wire/messages.js';

/** What happens while speaking; every event names the job it belongs to. Times are in seconds of the job's sound. */
export interface LangduEvents {
  /** The first sample of a job went to the audio device, `firstSoundMs` after the call of `speak()`. */
  start: { job: number; firstSoundMs: number };
  /** A syllable begins: these characters of the text (UTF-16 offsets) are being spoken. */
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
  error: { job: number; error: LangduError };
  /** What is spoken is kept until the page is closed, no longer; `error` says why. Comes once at most. */
  uncached: { error: LangduError };
}

type Handler<Name extends keyof LangduEvents> = (event: LangduEvents[Name]) => void;

export class Emitter {
  private readonly handlers = new Map<keyof LangduEvents, Set<Handler<keyof LangduEvents>>>();

  /** Calls `handler` on every such event; returns a function that stops it. */
  on<Name extends keyof LangduEvents>(name: Name, handler: Handler<Name>): () => void {
    const handlers = this.handlers.get(name) ?? new Set();
    this.handlers.set(name, handlers);
    handlers.add(handler as Handler<keyof LangduEvents>);
    return () => handlers.delete(handler as Handler<keyof LangduEvents>);
  }

  protected emit<Name extends keyof LangduEvents>(name: Name, event: LangduEvents[Name]): void {
    for (const handler of this.handlers.get(name) ?? []) {
      try {
        handler(event);
      } catch (error) {
        // A listener's mistake must not stop the speech.
        reportError(error);
      }
    }
  }
}

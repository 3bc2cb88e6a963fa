/**
 * What the service worker says to the pages that it controls. It offers each request to all of them, over a port for each; the
 * page that gets the request makes the sound and sends it over that port.
 */
import type { ErrorMessage } from './errors.js';
import type { SpeechOptions, VoiceInfo } from './messages.js';

/** Names the messages among others that a site's service worker may send. */
export const SERVICE = 'langdu-service';

/** To every page; with a port. */
export interface Offer {
  type: typeof SERVICE;
}

/** A page speaks for itself: it would do it; `loaded` says whether it has to load the engine first. */
export interface Candidate {
  type: 'candidate';
  loaded: boolean;
}

export type Order =
  /** Says nothing but what its voice is. */
  | { type: 'describe' }
  | { type: 'speak'; text: string; options: SpeechOptions; voice: string | undefined; format: 'pcm' | 'opus' };

export type ServiceToPage = Order | { type: 'pull' } | { type: 'cancel' };

export type PageToService =
  | Candidate
  | { type: 'described'; voice: VoiceInfo; formats: string[] }
  | { type: 'begun'; sampleRate: number }
  /** A piece of sound in the format that was asked for, and how many samples it is. */
  | { type: 'piece'; bytes: Uint8Array<ArrayBuffer>; samples: number }
  | { type: 'done' }
  | { type: 'failed'; error: ErrorMessage };

/** Pieces of sound that a page sends before it waits for the service worker to ask for more. */
export const CREDIT = 4;

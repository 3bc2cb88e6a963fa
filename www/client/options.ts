/** What a caller may ask for, checked: anything can be passed from JavaScript, not everything can be posted. */
import { LangduError } from '../wire/errors.js';
import type { SpeechOptions } from '../wire/messages.js';

/** Options that never leave the page. */
export interface CallOptions {
  /** Ends the job when it is aborted; the promise then rejects with `E_CANCELLED`, whose `cause` is the signal's reason. */
  signal?: AbortSignal;
}

export interface StreamOptions extends SpeechOptions, CallOptions {}

export interface SpeakOptions extends StreamOptions {
  /** Drops what is being said and what waits, with a fade of 5 ms. Its promises reject with `E_CANCELLED`. */
  interrupt?: boolean;
}

type Kind = 'string' | 'number' | 'boolean' | 'words' | 'signal';

/** The options that go to the engine. */
const SPEECH: Record<keyof SpeechOptions, Kind> = {
  speaker: 'string',
  emotion: 'string',
  intensity: 'number',
  mood: 'string',
  speed: 'number',
  pitch: 'number',
  volume: 'number',
  pauses: 'number',
  dialogue: 'number',
  ssml: 'boolean',
  lexicon: 'words',
  input: 'string',
  symbols: 'string',
  erhua: 'string',
  accent: 'string',
};

const CALL: Record<Exclude<keyof SpeakOptions, keyof SpeechOptions>, Kind> = { signal: 'signal', interrupt: 'boolean' };

/** The options for the engine, as plain values. Throws `E_OPTION_FORMAT` for a wrong type or an unknown name. */
export function checkOptions(options: unknown): SpeechOptions {
  if (typeof options !== 'object' || options === null) throw wrong('options', options, 'an object');
  const found: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const kind = name in SPEECH ? SPEECH[name as keyof SpeechOptions] : CALL[name as keyof typeof CALL];
    if (kind === undefined) throw new LangduError('E_OPTION_FORMAT', `There is no option ${name}`);
    if (!fits(value, kind)) throw wrong(name, value, kind === 'words' ? 'an object of texts' : `a ${kind}`);
    if (name in SPEECH) found[name] = kind === 'words' ? { ...(value as object) } : value;
  }
  return found as SpeechOptions;
}

function fits(value: unknown, kind: Kind): boolean {
  switch (kind) {
    case 'words':
      return (
        typeof value === 'object' &&
        value !== null &&
        !Array.isArray(value) &&
        Object.values(value).every((said) => typeof said === 'string')
      );
    case 'signal':
      return value instanceof AbortSignal;
    case 'string':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
  }
}

function wrong(name: string, value: unknown, expected: string): LangduError {
  const given = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value;
  return new LangduError('E_OPTION_FORMAT', `${name} must be ${expected}, and is ${given}`);
}

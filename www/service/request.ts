/** What a client wants to hear, from JSON, a form or a query. */
import type { Mood, SpeechOptions } from '../wire/messages.js';
import { Refusal } from './refusal.js';

/** Bytes of a body, characters of a text. */
const LONGEST = { body: 1 << 20, text: 20_000 };

const FORMATS = ['wav', 'pcm', 'mp3', 'opus'] as const;
export type Format = (typeof FORMATS)[number];

const KNOWN = new Set([
  'text',
  'speaker',
  'emotion',
  'intensity',
  'mood',
  'speed',
  'pitch',
  'volume',
  'pauses',
  'dialogue',
  'voice',
  'format',
  'ssml',
  'lexicon',
  'input',
  'symbols',
  'erhua',
  'accent',
  'audio',
]);

/** What to say, and how. */
export interface Wish {
  text: string;
  options: SpeechOptions;
  /** The page's own voice where it is left out. */
  voice: string | undefined;
  format: Format;
  /** The sound itself instead of its address, where the answer is JSON. */
  base64: boolean;
}

/** The fields of a request by their names. Those of a form are all text. */
export class Fields {
  private constructor(
    private readonly values: Map<string, unknown>,
    private readonly form: boolean,
  ) {}

  /** Reads the query of a GET, or the body of a POST by its type. */
  static async read(request: Request): Promise<Fields> {
    if (request.method !== 'POST') return new Fields(new Map(new URL(request.url).searchParams), true);
    const type = request.headers.get('content-type') ?? '';
    const body = await request.arrayBuffer();
    if (body.byteLength > LONGEST.body) {
      throw new Refusal('E_REQUEST_SIZE', `the body has more than ${LONGEST.body} bytes`);
    }
    const again = new Response(body, { headers: { 'content-type': type } });
    const wrong = (error: unknown) => {
      throw new Refusal('E_REQUEST_FORMAT', `the body is not what its type says: ${error}`);
    };
    if (/^application\/json\b/i.test(type)) {
      const json: unknown = await again.json().catch(wrong);
      if (typeof json !== 'object' || !json || Array.isArray(json)) return wrong('not an object');
      return new Fields(new Map(Object.entries(json)), false);
    }
    if (/^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(type)) {
      return new Fields(new Map(await again.formData().catch(wrong)), true);
    }
    throw new Refusal('E_REQUEST_FORMAT', 'the body must be JSON or a form', { status: 415 });
  }

  /** The fields of `tts` and `tts/stream`; `usual` is the format where none is named. */
  wish(usual: Format = 'wav'): Wish {
    for (const name of this.values.keys()) if (!KNOWN.has(name)) throw option(`there is no option \`${name}\``);
    return {
      text: this.said('text'),
      options: defined({
        speaker: this.text('speaker'),
        emotion: this.text('emotion'),
        intensity: this.number('intensity'),
        // What a mood may be, the engine knows.
        mood: this.text('mood') as Mood | undefined,
        speed: this.number('speed'),
        pitch: this.number('pitch'),
        volume: this.number('volume'),
        pauses: this.number('pauses'),
        dialogue: this.number('dialogue'),
        ssml: this.flag('ssml'),
        lexicon: this.words('lexicon'),
        input: this.choice('input', ['text', 'markdown', 'html']),
        symbols: this.choice('symbols', ['skip', 'read']),
        erhua: this.choice('erhua', ['auto', 'never']),
        accent: this.choice('accent', ['CN', 'TW']),
      }),
      voice: this.text('voice'),
      format: this.text('format') ? this.choice('format', FORMATS) : usual,
      base64: this.choice('audio', ['url', 'base64']) === 'base64',
    };
  }

  /**
   * The fields of `v1/audio/speech`. Clients send more than is of use here, and name the voices of other services: these mean
   * the page's voice. Speeds beyond what voices can do come as near as they can.
   */
  cloudWish(): Wish {
    this.text('voice');
    const speed = this.number('speed') ?? 1;
    if (!(speed >= 0.25 && speed <= 4))
      throw new Refusal('E_OPTION_SPEED', `the speed must be 0.25 to 4, not ${speed}`);
    this.choice('stream_format', ['audio']);
    return {
      text: this.said('input'),
      options: { speed: Math.min(2, Math.max(0.5, speed)) },
      voice: undefined,
      format: this.choice('response_format', ['mp3', 'wav', 'pcm', 'opus']),
      base64: false,
    };
  }

  private said(name: string): string {
    const text = this.values.get(name) ?? '';
    if (typeof text !== 'string') throw option(`\`${name}\` must be text`);
    // Characters are at most as many as UTF-16 units.
    if (text.length > LONGEST.text && [...text].length > LONGEST.text) {
      throw new Refusal('E_REQUEST_SIZE', `the text has more than ${LONGEST.text} characters`);
    }
    return text;
  }

  /** A field that is left empty counts as left out. */
  private text(name: string): string | undefined {
    const value = this.values.get(name) ?? '';
    if (typeof value !== 'string') throw option(`\`${name}\` must be text`);
    return value || undefined;
  }

  private number(name: string): number | undefined {
    const value = this.values.get(name) ?? undefined;
    if (value === undefined || (this.form && value === '')) return undefined;
    const number = this.form && typeof value === 'string' ? Number(value) : value;
    if (typeof number !== 'number' || Number.isNaN(number)) throw option(`\`${name}\` must be a number`);
    return number;
  }

  private flag(name: string): boolean {
    const value = this.values.get(name) ?? false;
    if (typeof value === 'boolean') return value;
    if (this.form && ['true', 'on', '1'].includes(String(value))) return true;
    if (this.form && ['false', 'off', '0', ''].includes(String(value))) return false;
    throw option(`\`${name}\` must be true or false`);
  }

  /** An object of texts, in a form as JSON. */
  private words(name: string): Record<string, string> | undefined {
    const given = this.values.get(name) ?? undefined;
    if (given === undefined || (this.form && given === '')) return undefined;
    const words = this.form ? parsed(String(given)) : given;
    if (!isWords(words)) throw option(`\`${name}\` must be an object of texts`);
    return words;
  }

  /** One of these names, the first where none is given. */
  private choice<const T extends string>(name: string, choices: readonly [T, ...T[]]): T {
    const given = this.text(name) ?? choices[0];
    const known = choices.find((choice) => choice === given);
    if (!known) throw option(`\`${name}\` must be ${choices.join(' or ')}, not \`${given}\``);
    return known;
  }
}

function option(message: string): Refusal {
  return new Refusal('E_OPTION_FORMAT', message);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isWords(value: unknown): value is Record<string, string> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && Object.values(value).every((said) => typeof said === 'string');
}

function defined<T extends object>(options: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}

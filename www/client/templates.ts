/** Sentences that a page says often, with slots for what changes in them, and how emotions shape the voice. */

import { LangduError } from '../wire/errors.js';
import type { EmotionTemplate, Question } from '../wire/messages.js';
import PRESET from './emotions.json';
import type { Questions } from './questions.js';

/** Emotions by pitch, tempo and loudness alone, for `setEmotions()`. */
export const EMOTION_PRESET: Readonly<Record<string, EmotionTemplate>> = PRESET;

interface Registered {
  texts: string[];
  emotions: string[];
}

export class Templates {
  private registered: Registered[] = [];
  private table: Readonly<Record<string, EmotionTemplate>> = {};

  constructor(private readonly questions: Questions) {}

  /**
   * Registers sentences such as `现在是北京时间{时间}整`. What lies outside of the slots is made ahead in each of the emotions,
   * when there is nothing else to do; the promise resolves when that is done. From then on `speak()` of a text with such a
   * sentence starts at once, and only makes what is in the slots. Registering a sentence again costs nothing. Rejects with
   * `E_TEXT_TEMPLATE` or `E_OPTION_EMOTION`, and then none of the sentences counts.
   */
  async register(texts: string[], { emotions = ['neutral'] }: { emotions?: string[] } = {}): Promise<void> {
    const wanted = { texts: strings(texts, 'texts'), emotions: strings(emotions, 'emotions') };
    const fresh = wanted.texts.filter((text) => !this.known(text));
    const entry = { ...wanted };
    this.registered.push(entry);
    try {
      await this.questions.ask({ ask: 'templates', ...wanted });
    } catch (error) {
      this.registered = this.registered.filter((other) => other !== entry);
      const lost = fresh.filter((text) => !this.known(text));
      if (lost.length > 0) await this.questions.ask({ ask: 'forget-templates', texts: lost }).catch(() => undefined);
      throw error;
    }
    if (this.registered.some((other) => other !== entry && covers(other, entry))) {
      this.registered = this.registered.filter((other) => other !== entry);
    }
  }

  /** Forgets sentences that were registered. What has been made of them stays in the cache. */
  async remove(texts: string[]): Promise<void> {
    const gone = new Set(strings(texts, 'texts'));
    this.registered = this.registered
      .map(({ texts, emotions }) => ({ texts: texts.filter((text) => !gone.has(text)), emotions }))
      .filter(({ texts }) => texts.length > 0);
    await this.questions.ask({ ask: 'forget-templates', texts: [...gone] });
  }

  /**
   * Sets how emotions change what the voice has learned of them; an emotion it has not learned is spoken by its template
   * alone. Takes the place of what was set before. Rejects with `E_OPTION_TEMPLATE`.
   */
  async setEmotions(templates: Readonly<Record<string, EmotionTemplate>>): Promise<void> {
    let table: Record<string, EmotionTemplate>;
    try {
      table = structuredClone(templates);
    } catch (error) {
      throw new LangduError('E_OPTION_FORMAT', `The emotions must be plain values: ${error}`);
    }
    await this.questions.ask({ ask: 'emotions', templates: table });
    this.table = table;
  }

  /** @internal Emotions that are spoken by a template. */
  get emotions(): string[] {
    return Object.keys(this.table);
  }

  /** @internal Tells a new worker what the old one knew. */
  restore(): void {
    const questions: Question[] = this.registered.map((entry) => ({ ask: 'templates', ...entry }));
    // It was right before.
    for (const question of [{ ask: 'emotions', templates: this.table } as const, ...questions]) {
      this.questions.ask(question).catch(() => undefined);
    }
  }

  private known(text: string): boolean {
    return this.registered.some(({ texts }) => texts.includes(text));
  }
}

function covers(whole: Registered, part: Registered): boolean {
  return (
    part.texts.every((text) => whole.texts.includes(text)) &&
    part.emotions.every((emotion) => whole.emotions.includes(emotion))
  );
}

function strings(given: unknown, name: string): string[] {
  if (Array.isArray(given) && given.every((item) => typeof item === 'string')) return [...given];
  throw new LangduError('E_OPTION_FORMAT', `${name} must be an array of texts`);
}

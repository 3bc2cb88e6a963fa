/** Sentences that a page says often, with slots for what changes in them, and how emotions shape the voice. */

import type { EmotionTemplate, Question } from '../wire/messages.js';
import PRESET from './emotions.json';
import type { Questions } from './questions.js';

/** Emotions by pitch, tempo and loudness alone, for `setEmotions()`. */
export const EMOTION_PRESET: Readonly<Record<string, EmotionTemplate>> = PRESET;

export class Templates {
  private readonly registered: Extract<Question, { ask: 'templates' }>[] = [];
  private emotions: Extract<Question, { ask: 'emotions' }> | null = null;

  constructor(private readonly questions: Questions) {}

  /**
   * Registers sentences such as `现在是北京时间{时间}整`. What lies outside of the slots is made ahead in each of the emotions,
   * when there is nothing else to do; the promise resolves when that is done. From then on `speak()` of a text with such a
   * sentence starts at once, and only makes what is in the slots. Rejects with `E_TEXT_TEMPLATE` or `E_OPTION_EMOTION`.
   */
  async register(texts: string[], { emotions = ['neutral'] }: { emotions?: string[] } = {}): Promise<void> {
    const question: Question = { ask: 'templates', texts: texts.map(String), emotions: emotions.map(String) };
    this.registered.push(question);
    try {
      await this.questions.ask(question);
    } catch (error) {
      this.registered.splice(this.registered.indexOf(question), 1);
      throw error;
    }
  }

  /**
   * Sets how emotions change what the voice has learned of them; an emotion it has not learned is spoken by its template
   * alone. Takes the place of what was set before. Rejects with `E_OPTION_TEMPLATE`.
   */
  async setEmotions(templates: Readonly<Record<string, EmotionTemplate>>): Promise<void> {
    const question: Question = { ask: 'emotions', templates: structuredClone(templates) };
    await this.questions.ask(question);
    this.emotions = question;
  }

  /** @internal Tells a new worker what the old one knew. */
  restore(): void {
    for (const question of [this.emotions, ...this.registered]) {
      // It was right before.
      if (question) this.questions.ask(question).catch(() => undefined);
    }
  }
}

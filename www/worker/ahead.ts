/** The fixed parts of templates, made when there is nothing else to do. What is made lands in the engine's cache. */

import type { Engine, EngineChunk } from '#engine';
import { toErrorMessage } from '../wire/errors.js';

/** The engine's number for the part being made; other runs count up from 1. */
const JOB = 0xffffffff;

/** What one call of the page has asked for. */
interface Group {
  left: number;
  resolve(): void;
  reject(error: unknown): void;
}

/** A fixed part: the so-manyth of a template. */
interface Part {
  text: string;
  at: number;
  emotion: string;
  group: Group;
}

export class Ahead {
  private parts: Part[] = [];
  private begun = false;
  /** The engine's numbers for the fixed parts of each template. */
  private readonly numbers = new Map<string, number[]>();

  /** `make` makes the next chunk of a job. */
  constructor(
    private readonly wait: (lookup: Promise<void>) => Promise<void>,
    private readonly make: (engine: Engine, job: number) => Promise<EngineChunk | undefined>,
  ) {}

  get hasWork(): boolean {
    return this.parts.length > 0;
  }

  /** Resolves when every fixed part of these templates has been made in each emotion. */
  add(engine: Engine, texts: string[], emotions: string[]): Promise<void> {
    const added = texts.filter((text) => !this.numbers.has(text));
    try {
      for (const text of added) this.numbers.set(text, [...engine.addTemplates([text])]);
    } catch (error) {
      this.forget(engine, added);
      throw error;
    }
    return new Promise((resolve, reject) => {
      const group: Group = { left: 0, resolve, reject };
      for (const emotion of emotions) {
        for (const text of texts) {
          const parts = (this.numbers.get(text) ?? []).map((_, at) => ({ text, at, emotion, group }));
          this.parts.push(...parts);
          group.left += parts.length;
        }
      }
      if (group.left === 0) resolve();
    });
  }

  /** From here on these templates are none. What was to be made of them counts as done. */
  forget(engine: Engine, texts: string[]): void {
    for (const text of texts) this.numbers.delete(text);
    this.leave(engine);
    engine.clearTemplates();
    for (const text of this.numbers.keys()) this.numbers.set(text, [...engine.addTemplates([text])]);
    const gone = this.parts.filter(({ text }) => !this.numbers.has(text));
    this.parts = this.parts.filter(({ text }) => this.numbers.has(text));
    for (const { group } of gone) this.count(group);
  }

  /** Does a little work. Throws what only a broken engine throws. */
  async step(engine: Engine): Promise<void> {
    const part = this.parts[0];
    if (!part) return;
    try {
      if (!this.begun) engine.startPart(JOB, this.numbers.get(part.text)?.[part.at] ?? 0, part.emotion);
      this.begun = true;
      const lookup = engine.lookAhead(JOB);
      if (lookup) await this.wait(lookup);
      const chunk = await this.make(engine, JOB);
      // Meanwhile the template may have been forgotten.
      if (!(chunk?.last ?? true) || this.parts[0] !== part) return;
      this.leave(engine);
      this.parts.shift();
      this.count(part.group);
    } catch (error) {
      if (toErrorMessage(error).code === 'E_WORKER') throw error;
      this.leave(engine);
      this.parts = this.parts.filter(({ group }) => group !== part.group);
      part.group.reject(error);
    }
  }

  private count(group: Group): void {
    group.left -= 1;
    if (group.left === 0) group.resolve();
  }

  private leave(engine: Engine): void {
    engine.cancel(JOB);
    this.begun = false;
  }
}

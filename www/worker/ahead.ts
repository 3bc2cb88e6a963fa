/** The fixed parts of templates, made when there is nothing else to do. What is made lands in the engine's cache. */

import { toErrorMessage } from '../wire/errors.js';
import type { Engine, EngineChunk } from './engine.js';

/** The engine's number for the part being made; jobs of the page count up from 1. */
const JOB = 0xffffffff;

/** What one call of the page has asked for. */
interface Group {
  left: number;
  resolve(): void;
  reject(error: unknown): void;
}

interface Part {
  number: number;
  emotion: string;
  group: Group;
}

export class Ahead {
  private parts: Part[] = [];
  private begun = false;

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
    const numbers = [...engine.addTemplates(texts)];
    return new Promise((resolve, reject) => {
      const group: Group = { left: numbers.length * emotions.length, resolve, reject };
      if (group.left === 0) resolve();
      for (const emotion of emotions) this.parts.push(...numbers.map((number) => ({ number, emotion, group })));
    });
  }

  /** Does a little work. Throws what only a broken engine throws. */
  async step(engine: Engine): Promise<void> {
    const part = this.parts[0];
    if (!part) return;
    try {
      if (!this.begun) engine.startPart(JOB, part.number, part.emotion);
      this.begun = true;
      const lookup = engine.lookAhead(JOB);
      if (lookup) await this.wait(lookup);
      const chunk = await this.make(engine, JOB);
      if (!(chunk?.last ?? true)) return;
      this.leave(engine);
      this.parts.shift();
      part.group.left -= 1;
      if (part.group.left === 0) part.group.resolve();
    } catch (error) {
      if (toErrorMessage(error).code === 'E_WORKER') throw error;
      this.leave(engine);
      this.parts = this.parts.filter(({ group }) => group !== part.group);
      part.group.reject(error);
    }
  }

  private leave(engine: Engine): void {
    engine.cancel(JOB);
    this.begun = false;
  }
}

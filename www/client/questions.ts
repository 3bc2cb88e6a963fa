/** What the page asks its worker, and the answers. */
import { type LangduError, toLangduError } from '../wire/errors.js';
import type { Question, WorkerToPage } from '../wire/messages.js';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: LangduError): void;
}

export class Questions {
  private last = 0;
  private readonly waiting = new Map<number, Waiting>();

  constructor(private readonly send: (request: number, question: Question) => void) {}

  ask(question: Question): Promise<unknown> {
    this.last += 1;
    const request = this.last;
    return new Promise((resolve, reject) => {
      this.waiting.set(request, { resolve, reject });
      this.send(request, question);
    });
  }

  /** An answer of the worker. */
  settle({ request, value, error }: Extract<WorkerToPage, { type: 'answer' }>): void {
    const waiting = this.waiting.get(request);
    this.waiting.delete(request);
    if (error) waiting?.reject(toLangduError(error));
    else waiting?.resolve(value);
  }

  /** The worker will not answer any more. */
  abandon(error: LangduError): void {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}

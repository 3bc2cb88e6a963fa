/** The reader's own readings: a line each, the word first, then how it is said. The browser keeps them. */

const KEPT_AS = 'lexicon';

/** `重庆 chong2 qing4` on a line; lines without a reading are not ready yet and count for nothing. */
export function parseLexicon(lines: string): Record<string, string> {
  const entries = lines.split('\n').map((line) => line.trim().split(/[\s=:：]+/u));
  return Object.fromEntries(entries.flatMap(([word, ...said]) => (word && said[0] ? [[word, said.join(' ')]] : [])));
}

export class Lexicon {
  constructor(private readonly field: HTMLTextAreaElement) {
    try {
      field.value = localStorage.getItem(KEPT_AS) ?? '';
    } catch {
      // Where the browser keeps nothing, the field begins empty.
    }
    field.addEventListener('input', () => this.keep());
  }

  get entries(): Record<string, string> {
    return parseLexicon(this.field.value);
  }

  private keep(): void {
    try {
      localStorage.setItem(KEPT_AS, this.field.value);
    } catch {
      // It holds until the page is closed.
    }
  }
}

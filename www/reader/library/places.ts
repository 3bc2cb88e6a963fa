/** Where a reader is, so that it is found again when the text has been cleaned in another way. */
import type { Chapter } from '../text/book.js';

export interface Place {
  chapter: number;
  paragraph: number;
  /** UTF-16 units into what is shown of the paragraph. */
  offset: number;
  /** The characters that follow. */
  around: string;
}

const AROUND = 16;

export function placeAt({ paragraphs }: Chapter, chapter: number, paragraph: number, offset: number): Place {
  const around = (paragraphs[paragraph]?.text ?? '').slice(offset, offset + AROUND);
  return { chapter, paragraph, offset, around };
}

/** Whether the place's characters stand in this chapter. */
export const holdsPlace = ({ paragraphs }: Chapter, { around }: Place): boolean =>
  around === '' || paragraphs.some(({ text }) => text.includes(around));

/** The place in the chapter as it is: its characters count for more than its numbers. */
export function findPlace({ paragraphs }: Chapter, place: Place): { paragraph: number; offset: number } {
  const { paragraph, offset, around } = place;
  const matches = (text: string | undefined, at: number) => text?.startsWith(around, at) ?? false;
  if (matches(paragraphs[paragraph]?.text, offset)) return { paragraph, offset };
  if (around) {
    for (let away = 0; away < paragraphs.length; away += 1) {
      for (const at of away ? [paragraph - away, paragraph + away] : [paragraph]) {
        const found = paragraphs[at]?.text.indexOf(around) ?? -1;
        if (found >= 0) return { paragraph: at, offset: found };
      }
    }
  }
  const last = Math.max(0, paragraphs.length - 1);
  const kept = Math.min(Math.max(0, paragraph), last);
  return { paragraph: kept, offset: kept === paragraph ? Math.min(offset, paragraphs[kept]?.text.length ?? 0) : 0 };
}

/** The sentences of a paragraph, for moving about in it; the engine cuts its own. */

export interface Stretch {
  start: number;
  end: number;
}

const ENDS = new Set('。！？!?…');
const CLOSERS = new Set('”’」』）)】》〉');
/** A full stop of Western text ends a sentence before a space. */
const isWesternEnd = (text: string, at: number) => text[at] === '.' && /[\s　]|^$/.test(text[at + 1] ?? '');

/** Stretches that cover the paragraph without a gap. */
export function splitSentences(text: string): Stretch[] {
  const sentences: Stretch[] = [];
  let start = 0;
  let quotes = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '"') quotes += 1;
    if (!ENDS.has(character) && !isWesternEnd(text, at)) continue;
    let end = at + 1;
    while (end < text.length) {
      const next = text[end] ?? '';
      const closes = next === '"' && quotes % 2 === 1;
      if (!ENDS.has(next) && !CLOSERS.has(next) && !closes) break;
      if (closes) quotes += 1;
      end += 1;
    }
    while (/[\s　]/.test(text[end] ?? '')) end += 1;
    sentences.push({ start, end });
    start = end;
    at = end - 1;
  }
  if (start < text.length) sentences.push({ start, end: text.length });
  return sentences;
}

/** Whether there is anything in it that can be said. */
export const isSpeakable = (text: string): boolean => /[\p{L}\p{N}]/u.test(text);

/** Which of the stretches holds this offset. */
export function findStretch(stretches: Stretch[], offset: number): number {
  const after = stretches.findIndex(({ start }) => start > offset);
  return after < 0 ? stretches.length - 1 : Math.max(0, after - 1);
}

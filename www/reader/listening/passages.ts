/** A paragraph as it is given to the voice. */
import type { Paragraph } from '../text/book.js';
import { splitTurns, type Turn, turnsWithin } from '../text/dialogue.js';
import { isSpeakable, type Stretch } from '../text/sentences.js';
import { type PlacedReading, type Spoken, toSaid, toSpoken } from '../text/spoken.js';

/** A piece that is spoken in one go. */
export interface Passage {
  chapter: number;
  paragraph: number;
  /** What is said; `shown` leads to offsets of the paragraph. */
  spoken: Spoken;
  /** Offsets in what is said at which sentences begin. */
  sentences: number[];
  /** Who says what of it. */
  turns: Turn[];
}

interface Cut {
  chapter: number;
  paragraph: number;
  sentences: Stretch[];
  placed: PlacedReading[];
  /** Where to begin. */
  offset: number;
  /** A piece for each sentence. */
  apart: boolean;
}

export function cutParagraph(
  shown: Paragraph,
  { chapter, paragraph, sentences, placed, offset, apart }: Cut,
): Passage[] {
  if (!isSpeakable(shown.text)) return [];
  const { text, shown: map } = toSpoken(shown, placed);
  const spoken = { text, shown: map };
  const starts = sentences
    .filter(({ end }) => end > offset)
    .map(({ start }) => toSaid(spoken, Math.max(start, offset)));
  const turns = splitTurns(text);
  const pieces = apart
    ? starts.map((start, at) => [start, starts[at + 1] ?? text.length] as const)
    : [[starts[0] ?? 0, text.length] as const];
  return pieces
    .map(([start, end]) => ({
      chapter,
      paragraph,
      spoken: { text: text.slice(start, end), shown: map.slice(start, end + 1) },
      sentences: starts.filter((at) => at >= start && at < end).map((at) => at - start),
      turns: turnsWithin(turns, { start, end }),
    }))
    .filter(({ spoken }) => isSpeakable(spoken.text));
}

/** Pinyin for a paragraph, from the engine's own front end. */
import { manner } from '../../state/desk.js';
import { voiceNamed } from '../../state/engine.js';
import { settings } from '../../state/settings.js';
import type { Paragraph } from '../../text/book.js';
import { type PlacedReading, toMarks, toShown, toSpoken } from '../../text/spoken.js';

export type Ruby = [number, number, string][];

export interface ReadSyllable {
  start: number;
  end: number;
  /** With a tone digit. */
  pinyin: string;
  /** What else the character can be. */
  choices: string[];
}

/** The syllables of a paragraph, at offsets of what is shown. */
export async function readSyllables(paragraph: Paragraph, placed: PlacedReading[]): Promise<ReadSyllable[]> {
  const langdu = await voiceNamed(settings.value.voice);
  const spoken = toSpoken(paragraph, placed);
  const readings = await langdu.readings(spoken.text, { lexicon: manner().options.lexicon ?? {} });
  return readings.map(({ charIndex, charLength, pinyin, choices }) => ({
    ...toShown(spoken, charIndex, charIndex + charLength),
    pinyin,
    choices,
  }));
}

export async function annotate(paragraph: Paragraph, placed: PlacedReading[]): Promise<Ruby> {
  const syllables = await readSyllables(paragraph, placed);
  const single = syllables.filter(
    ({ start, end }) => end - start === 1 && /\p{sc=Han}/u.test(paragraph.text[start] ?? ''),
  );
  return single.map(({ start, end, pinyin }) => [start, end, toMarks(pinyin)]);
}

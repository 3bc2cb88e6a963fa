/** A chapter as sound, from its title to its last paragraph, piece by piece. */
import type { Langdu } from 'langdu';
import { cutParagraph, type Passage } from '../listening/passages.js';
import { TITLE } from '../listening/session.js';
import type { Manner } from '../listening/sound.js';
import { speakTurns } from '../listening/turns.js';
import type { Chapter } from '../text/book.js';
import { splitSentences } from '../text/sentences.js';
import { type PlacedReading, toShown } from '../text/spoken.js';

export interface Narrated {
  samples: Float32Array<ArrayBuffer>;
  /** A sentence begins at this sample of the chapter. */
  begins: { at: number; text: string }[];
  /** Characters of the chapter that are behind it. */
  characters: number;
}

/** Seconds of silence after a chapter's title and after its last word. */
const AROUND = { title: 0.8, end: 1.2 };
const FASTEST = 2;

/** `pace` is waited for before each piece. */
export async function* narrate(
  langdu: Langdu,
  chapter: Chapter,
  { options, dialogue, speed, pauses, volume }: Manner,
  placed: (paragraph: number) => PlacedReading[],
  pace: () => Promise<void>,
): AsyncGenerator<Narrated> {
  const { sampleRate } = langdu.voice;
  const silence = (seconds: number) => new Float32Array(Math.round((seconds / Math.min(speed, FASTEST)) * sampleRate));
  const spoken = { ...options, speed: Math.min(speed, FASTEST), volume };
  let at = 0;
  let characters = 0;
  for (let paragraph = TITLE; paragraph < chapter.paragraphs.length; paragraph += 1) {
    const shown = paragraph === TITLE ? { text: chapter.title } : (chapter.paragraphs[paragraph] ?? { text: '' });
    const cut = {
      chapter: 0,
      paragraph,
      sentences: paragraph === TITLE ? [{ start: 0, end: shown.text.length }] : splitSentences(shown.text),
      placed: paragraph === TITLE ? [] : placed(paragraph),
      offset: 0,
      apart: false,
    };
    for (const passage of cutParagraph(shown, cut)) {
      let next = 0;
      const base = at;
      try {
        for await (const { samples, start, marks } of speakTurns(langdu, passage, spoken, dialogue)) {
          const begins: Narrated['begins'] = [];
          for (const mark of marks) {
            if (mark.charIndex < (passage.sentences[next] ?? Number.POSITIVE_INFINITY)) continue;
            while (mark.charIndex >= (passage.sentences[next + 1] ?? Number.POSITIVE_INFINITY)) next += 1;
            begins.push({ at: base + mark.start, text: sentenceOf(passage, shown.text, next) });
            next += 1;
          }
          at = base + start + samples.length;
          yield { samples, begins, characters };
          await pace();
        }
      } catch (error) {
        // Signs alone are no text: they are passed over.
        if ((error as { code?: string }).code !== 'E_TEXT_EMPTY') throw error;
      }
    }
    if (paragraph !== TITLE) characters += shown.text.length;
    const last = paragraph === chapter.paragraphs.length - 1;
    const rest = silence(last ? AROUND.end : paragraph === TITLE ? AROUND.title : pauses.paragraph);
    at += rest.length;
    if (rest.length) yield { samples: rest, begins: [], characters };
  }
}

function sentenceOf({ spoken, sentences }: Passage, text: string, number: number): string {
  const { start, end } = toShown(spoken, sentences[number] ?? 0, sentences[number + 1] ?? spoken.text.length);
  return text.slice(start, end).trim();
}

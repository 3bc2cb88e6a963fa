/** A passage in one voice, or what the narrator says and what is said in the story in two. */
import type { Langdu, PcmChunk, SpeechOptions } from 'langdu';
import type { Passage } from './passages.js';

export type Piece = Pick<PcmChunk, 'samples' | 'start' | 'marks'>;

/** Pieces as of one stream of the whole passage; `dialogue` is the speaker of what is said in the story. */
export async function* speakTurns(
  langdu: Langdu,
  { spoken: { text }, turns }: Passage,
  options: SpeechOptions,
  dialogue: string | undefined,
): AsyncGenerator<Piece> {
  if (dialogue === undefined) {
    yield* langdu.stream(text, options);
    return;
  }
  let made = 0;
  for (const { start: from, end, quoted } of turns) {
    const base = made;
    const spoken = quoted ? { ...options, speaker: dialogue } : options;
    try {
      for await (const { samples, start, marks } of langdu.stream(text.slice(from, end), spoken)) {
        made = base + start + samples.length;
        const placed = marks.map((mark) => ({ ...mark, start: base + mark.start, charIndex: from + mark.charIndex }));
        yield { samples, start: base + start, marks: placed };
      }
    } catch (error) {
      // Words of a script that the voice can't say: the others speak all the same.
      if ((error as { code?: string }).code !== 'E_TEXT_EMPTY') throw error;
    }
  }
}

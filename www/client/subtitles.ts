/** What is said when, in the forms that players of video understand. */
import { LangduError } from '../wire/errors.js';
import type { Mark, SentenceInfo } from '../wire/messages.js';

/** What is said when in a text. Offsets count UTF-16 units, times count samples. */
export interface Timing {
  /** Seconds in all. */
  duration: number;
  sampleRate: number;
  marks: Mark[];
  sentences: Pick<SentenceInfo, 'charIndex' | 'charLength'>[];
}

export interface SubtitleOptions {
  format?: 'srt' | 'vtt';
  unit?: 'sentence' | 'word';
}

/** A piece of the text and when it is said, in seconds. */
export interface Caption {
  text: string;
  charIndex: number;
  charLength: number;
  start: number;
  end: number;
}

/** The sentences or words of a text with their times. */
export function captions(text: string, timing: Timing, unit: 'sentence' | 'word' = 'sentence'): Caption[] {
  const spans = unit === 'word' ? words(text) : timing.sentences;
  const found: Caption[] = [];
  let at = 0;
  for (const { charIndex, charLength } of spans) {
    const own: Mark[] = [];
    for (; at < timing.marks.length; at += 1) {
      const mark = timing.marks[at] as Mark;
      if (mark.charIndex >= charIndex + charLength) break;
      own.push(mark);
    }
    const [first] = own;
    const last = own.at(-1);
    if (!first || !last) continue;
    found.push({
      text: text.slice(charIndex, charIndex + charLength).trim(),
      charIndex,
      charLength,
      start: first.start / timing.sampleRate,
      end: last.end / timing.sampleRate,
    });
  }
  return found;
}

/** A file of subtitles. Throws `E_OPTION_FORMAT`. */
export function toSubtitles(
  text: string,
  timing: Timing,
  { format = 'vtt', unit = 'sentence' }: SubtitleOptions = {},
): string {
  if (format !== 'srt' && format !== 'vtt') throw new LangduError('E_OPTION_FORMAT', `There is no format ${format}`);
  if (unit !== 'sentence' && unit !== 'word') throw new LangduError('E_OPTION_FORMAT', `There is no unit ${unit}`);
  const separator = format === 'srt' ? ',' : '.';
  const blocks = captions(text, timing, unit).map(({ text, start, end }, at) => {
    const number = format === 'srt' ? `${at + 1}\n` : '';
    // A blank line ends a caption, and an arrow is no text of one.
    const line = text.replace(/\s*\n\s*/g, '\n').replaceAll('-->', '→');
    return `${number}${clock(start, separator)} --> ${clock(end, separator)}\n${line}\n`;
  });
  return (format === 'vtt' ? ['WEBVTT\n', ...blocks] : blocks).join('\n');
}

/** `01:02:03.456` */
function clock(seconds: number, separator: string): string {
  const ms = Math.round(seconds * 1000);
  const two = (count: number) => String(Math.floor(count)).padStart(2, '0');
  const rest = String(ms % 1000).padStart(3, '0');
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}${separator}${rest}`;
}

/** The browser's own idea of words. */
function words(text: string): { charIndex: number; charLength: number }[] {
  const segments = new Intl.Segmenter('zh', { granularity: 'word' }).segment(text);
  return Array.from(segments, ({ index, segment }) => ({ charIndex: index, charLength: segment.length }));
}

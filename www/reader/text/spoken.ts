/** What is said of a paragraph: without note marks, with the readings that are known, and the way back to what is shown. */
import type { Paragraph } from './book.js';

/** A reading for one place: characters from `start` to `end`, in pinyin with tone digits or as other text. */
export interface PlacedReading {
  start: number;
  end: number;
  /** The characters that stood there: where others stand, the reading is left out. */
  word: string;
  reading: string;
}

export interface Spoken {
  text: string;
  /** For each UTF-16 unit of `text`, the offset in what is shown that it stands for; one more for the end. */
  shown: Int32Array;
}

const NOTE_MARKS =
  /[⑴-⒇㊀-㊉]|[①-⑳](?=[。，、；：！？”’」』）]|$)|\[(?:注?\d{1,3})\]|［\d{1,3}］|〔[一二三四五六七八九十\d]{1,3}〕|【注?\d{1,3}】/g;
const PINYIN = /^[a-zü]+[1-5](?: [a-zü]+[1-5])*$/i;

const TONES: Record<string, [string, number]> = {};
for (const [plain, marked] of [
  ['a', 'āáǎà'],
  ['e', 'ēéěè'],
  ['i', 'īíǐì'],
  ['o', 'ōóǒò'],
  ['u', 'ūúǔù'],
  ['ü', 'ǖǘǚǜ'],
] as const) {
  for (const [at, letter] of [...marked].entries()) TONES[letter] = [plain, at + 1];
}

/** «hóu» to «hou2», «lǚ» to «lv3»; what has no tone mark is of the neutral tone. Null for what is no pinyin. */
export function toDigits(reading: string): string | null {
  const syllables = reading
    .trim()
    .toLowerCase()
    .split(/[\s'’]+/);
  const digits = syllables.map((syllable) => {
    if (/^[a-zü:]+[1-5]$/.test(syllable)) return syllable.replace(/u:|ü/g, 'v');
    let tone = 5;
    let plain = '';
    for (const letter of syllable.normalize('NFC')) {
      const known = TONES[letter];
      plain += known?.[0] ?? letter;
      tone = known?.[1] ?? tone;
    }
    return /^[a-zü]{1,6}$/.test(plain) ? plain.replaceAll('ü', 'v') + tone : null;
  });
  return digits.some((syllable) => syllable === null) ? null : digits.join(' ');
}

/** «chang2» to «cháng», for people. */
export function toMarks(reading: string): string {
  return reading.replace(/([a-zü]+)([1-5])/gi, (_whole, letters: string, tone: string) => {
    const syllable = letters.replace(/v|u:/g, 'ü');
    const at = Math.max(syllable.search(/[ae]/), syllable.indexOf('ou'));
    const last = syllable.search(/[aeiouü](?=[^aeiouü]*$)/);
    const vowel = at >= 0 ? at : last;
    const plain = syllable[vowel];
    const marked = Object.keys(TONES).find((letter) => {
      const [base, number] = TONES[letter] ?? [];
      return base === plain && number === Number(tone);
    });
    return marked ? syllable.slice(0, vowel) + marked + syllable.slice(vowel + 1) : syllable;
  });
}

interface Edit {
  start: number;
  end: number;
  said: string;
}

export function toSpoken({ text, ruby = [] }: Paragraph, placed: PlacedReading[] = []): Spoken {
  const edits: Edit[] = [];
  for (const { start, end, word, reading } of placed)
    if (text.slice(start, end) === word) edits.push({ start, end, said: say(text.slice(start, end), reading) });
  for (const [start, end, reading] of ruby) edits.push({ start, end, said: say(text.slice(start, end), reading) });
  for (const mark of text.matchAll(NOTE_MARKS)) {
    edits.push({ start: mark.index, end: mark.index + mark[0].length, said: '' });
  }
  edits.sort((a, b) => a.start - b.start);
  let said = '';
  const shown: number[] = [];
  let at = 0;
  for (const { start, end, said: instead } of edits) {
    if (start < at) continue;
    said += text.slice(at, start);
    for (; at < start; at += 1) shown.push(at);
    for (let i = 0; i < instead.length; i += 1) shown.push(Math.min(start + i, end - 1));
    said += instead;
    at = end;
  }
  said += text.slice(at);
  for (; at <= text.length; at += 1) shown.push(at);
  return { text: said, shown: Int32Array.from(shown) };
}

/** Pinyin stands in brackets behind the characters; other words take their place. */
function say(characters: string, reading: string): string {
  const pinyin = toDigits(reading);
  if (pinyin && PINYIN.test(pinyin)) {
    const syllables = pinyin.split(' ');
    const count = [...characters].length;
    return syllables.length === count ? `${characters}[${pinyin}]` : characters;
  }
  return reading;
}

/** A stretch of what is said as a stretch of what is shown. */
export function toShown({ shown }: Spoken, start: number, end: number): { start: number; end: number } {
  const from = shown[Math.min(start, shown.length - 1)] ?? 0;
  const last = shown[Math.min(Math.max(start, end - 1), shown.length - 1)] ?? from;
  return { start: from, end: Math.max(from, last) + 1 };
}

/** Where in what is said an offset of what is shown stands. */
export function toSaid({ shown }: Spoken, offset: number): number {
  const at = shown.findIndex((place) => place >= offset);
  return at < 0 ? shown.length - 1 : at;
}

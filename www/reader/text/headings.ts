/** What a chapter's heading looks like in Chinese novels. */

/** 0: volume; 1: chapter; 2: section of a chapter. */
export type Level = 0 | 1 | 2;

const NUMBER = '[\\d０-９〇零一二两三四五六七八九十百千万廿卅]+';
const TITLE = '(?:[\\s　:：、.．·—-].{0,48}|.{0,28})';

const VOLUME = new RegExp(`^(?:第?\\s*${NUMBER}\\s*[卷部集篇]|卷\\s*${NUMBER}|[上中下]卷)${TITLE}$`);
const CHAPTER = new RegExp(`^(?:正文\\s*)?第\\s*${NUMBER}\\s*[章回话折幕]${TITLE}$`);
const SECTION = new RegExp(`^第\\s*${NUMBER}\\s*节${TITLE}$`);
const NAMED =
  /^(?:楔子|引子|引言|序[章幕言曲]?|自序|代序|前言|卷首语|内容简介|作品相关|终章|尾声|结语|后记|跋|附录|番外篇?|大结局|完本感言)(?:[\s　:：（(一二三四五六七八九十\d].{0,40})?$/;
const WESTERN =
  /^(?:chapter|part|book)\s+(?:\d{1,4}|[ivxlc]{1,8}|one|two|three|four|five|six|seven|eight|nine|ten)\b.{0,60}$/i;
const WESTERN_NAMED = /^(?:prologue|epilogue|preface|foreword|introduction|afterword)\b.{0,40}$/i;

const LISTED = new RegExp(`^(?:${NUMBER}[、．.]|[（(]${NUMBER}[）)])[\\s　]*\\S.{0,30}$`);
const BARE = new RegExp(`^[（(【]?${NUMBER}[）)】]?$`);

/** Ends of a sentence, or a subject that goes on: «第一章的内容是……». */
const PROSE = /[。；;，,]$|^第.{1,8}[章回节卷][的里中是，,了就才又也]/;

/** Which of the weaker patterns this text uses for its chapters. */
export interface Headings {
  /** «一、…», «12. …» */
  listed: boolean;
  /** A line that is a number and no more. */
  bare: boolean;
  /** Titles named by a contents list. */
  titles: Set<string>;
  /** A pattern of the reader's own. */
  own: RegExp | null;
}

/** A title as a contents list has it: without note marks and spaces. */
export function plainTitle(text: string): string {
  return text.replace(/[\s　⑴-⒇①-⑳\p{P}]/gu, '');
}

/** An ellipsis has two signs: leaders are longer. */
const LEADERS = /\.{4}|…{3}|·{4}|．{4}/;

/** Lines of a dotted contents list: «狂人日记……KuangRen». */
export function contentsEntry(line: string): string | null {
  if (line.length > 100 || !LEADERS.test(line)) return null;
  const found =
    /^[\s　]*([^\s，。！？.…·．][^，。！？.…·．]{0,40}?)[\s　]*(?:\.{4,}|…{3,}|·{4,}|．{4,})[\s　]*[\w-]{0,40}[\s　]*$/.exec(
      line,
    );
  return found?.[1] ?? null;
}

export function headingLevel(line: string, headings: Headings): Level | null {
  if (line.length > 60) return null;
  if (headings.own) return headings.own.test(line) ? 1 : null;
  if (PROSE.test(line)) return null;
  if (CHAPTER.test(line) || NAMED.test(line) || WESTERN.test(line) || WESTERN_NAMED.test(line)) return 1;
  if (VOLUME.test(line)) return 0;
  if (SECTION.test(line)) return 2;
  if (headings.titles.size > 0 && headings.titles.has(plainTitle(line))) return 1;
  if (headings.listed && LISTED.test(line)) return 1;
  if (headings.bare && BARE.test(line)) return 1;
  return null;
}

/** A number that stands alone divides a chapter where it does not make one. */
export function dividesChapter(line: string): boolean {
  return line.length < 8 && BARE.test(line);
}

/** Looks at the lines of a sample: the weaker patterns count only where nothing stronger is there. */
export function detectHeadings(lines: string[], own: RegExp | null): Headings {
  const titles = new Set<string>();
  const trimmed = lines.map((line) => line.trim()).filter((line) => line !== '');
  for (const line of trimmed) {
    const entry = contentsEntry(line);
    if (entry) titles.add(plainTitle(entry));
  }
  const none: Headings = { listed: false, bare: false, titles, own };
  const strong = trimmed.filter((line) => headingLevel(line, none) !== null && !contentsEntry(line)).length;
  if (strong >= 2) return none;
  const listed = trimmed.filter((line) => LISTED.test(line)).length >= 3;
  return { ...none, listed, bare: !listed && trimmed.filter((line) => BARE.test(line)).length >= 3 };
}

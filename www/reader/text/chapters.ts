/** Paragraphs, as they come, into chapters. */
import { type Chapter, plainParagraph } from './book.js';
import { contentsEntry, dividesChapter, type Headings, headingLevel, type Level, plainTitle } from './headings.js';
import type { Joined } from './unwrap.js';

/** A chapter longer than this goes on in another, so that opening one stays quick; in characters. */
const LONGEST = 30_000;

/** What a file says of itself at its head. */
const ABOUT = /^(?:书名|書名|作者)\s*[:：].{1,40}$/;

export class ChapterBuilder {
  private open: Chapter | null = null;
  private length = 0;
  private part = 1;
  private made = 0;

  constructor(
    private readonly headings: Headings,
    private readonly book: string,
  ) {}

  /** The chapters that this paragraph shows to be complete. */
  push({ text }: Joined): Chapter[] {
    if (contentsEntry(text) || (this.made === 0 && this.length < 200 && ABOUT.test(text))) return [];
    const level = headingLevel(text, this.headings);
    if (level !== null) return this.begin(text, level);
    const done = this.length + text.length > LONGEST && this.length > 0 ? this.split() : [];
    this.open ??= { title: '', level: 1, paragraphs: [] };
    this.open.paragraphs.push(dividesChapter(text) ? { text, heading: true } : plainParagraph(text));
    this.length += text.length;
    return done;
  }

  flush(): Chapter[] {
    return this.take();
  }

  private begin(title: string, level: Level): Chapter[] {
    // What stands before the first heading may be no more than the book's name.
    const front = this.made === 0 && this.open !== null && isFrontMatter(this.open, this.book);
    if (front) this.open = null;
    const done = this.take();
    this.part = 1;
    this.open = { title: title.replace(/[⑴-⒇]+$/, ''), level, paragraphs: [] };
    return done;
  }

  /** The open chapter, unless there is nothing in it: a heading without text is an entry of a contents list, or a volume's. */
  private take(): Chapter[] {
    const chapter = this.open;
    this.open = null;
    this.length = 0;
    if (!chapter) return [];
    const empty = chapter.paragraphs.length === 0;
    if (empty && chapter.level > 0) return [];
    this.made += 1;
    return [chapter];
  }

  private split(): Chapter[] {
    const { title, level } = this.open ?? { title: '', level: 1 as Level };
    const base = this.part > 1 ? title.replace(/ \(\d+\)$/, '') : title;
    const done = this.take();
    this.part += 1;
    this.open = { title: base && `${base} (${this.part})`, level, paragraphs: [] };
    return done;
  }
}

/** What stands before the first heading and is no more than the book's name, its author and the word «contents». */
function isFrontMatter({ title, paragraphs }: Chapter, book: string): boolean {
  if (title !== '') return false;
  const rest = paragraphs.filter(({ text }) => {
    const plain = plainTitle(text);
    return !(
      plain === plainTitle(book) ||
      /^(?:目录|目錄|contents|作者.{0,20}|书名.{0,30}|文案)$/i.test(plain) ||
      plain === ''
    );
  });
  return rest.length <= 1 && (rest[0]?.text.length ?? 0) < 20;
}

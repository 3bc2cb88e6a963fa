/** Documents into paragraphs. Nothing of a document is ever shown: only its text is taken. */
import type { Chapter, Paragraph } from '../text/book.js';

const BLOCKS = new Set(
  'address article aside blockquote body caption center dd details div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main ol p pre section summary table tbody td th thead tr ul title subtitle v stanza poem epigraph text-author empty-line'.split(
    ' ',
  ),
);
const LEFT_OUT = new Set(
  'script style template head noscript iframe object svg math rp button select textarea input video audio'.split(' '),
);
const NOTES = /\b(?:footnotes?|rearnotes?|endnotes?|noteref|pagebreak)\b/;
const NOTE_ROLES = /\bdoc-(?:footnote|endnotes?|noteref|pagebreak)\b/;

export interface WalkOptions {
  /** Ids at which another chapter begins, and its title. */
  anchors?: Map<string, string>;
  /** Headings up to this rank begin a chapter; 0 for none. */
  splitAt?: number;
  /** The key of a picture by its address. */
  picture?: (source: string) => string | null;
}

/** The chapters of a document; the first may have no title. */
export function walkDocument(root: Element, title: string, options: WalkOptions = {}): Chapter[] {
  const walker = new Walker(title, options);
  walker.visit(root);
  return walker.finish();
}

class Walker {
  private readonly chapters: Chapter[] = [];
  private text = '';
  private ruby: [number, number, string][] = [];
  private heading = 0;
  private current: Chapter;

  constructor(
    title: string,
    private readonly options: WalkOptions,
  ) {
    this.current = { title, level: 1, paragraphs: [] };
  }

  visit(node: Node): void {
    if (node.nodeType === 3 || node.nodeType === 4) {
      this.append(node.nodeValue ?? '');
      return;
    }
    if (node.nodeType !== 1) return;
    const element = node as Element;
    const name = element.localName.toLowerCase();
    if (LEFT_OUT.has(name) || isNote(element)) return;
    const anchor = this.options.anchors?.get(element.id);
    if (anchor !== undefined) this.begin(anchor);
    if (name === 'br') this.endParagraph();
    else if (name === 'ruby') this.visitRuby(element);
    else if (name === 'img' || name === 'image') this.visitPicture(element);
    else if (BLOCKS.has(name)) this.visitBlock(element, name);
    else for (const child of element.childNodes) this.visit(child);
  }

  finish(): Chapter[] {
    this.endParagraph();
    this.chapters.push(this.current);
    return this.chapters.filter(({ paragraphs }) => paragraphs.length > 0).map(withoutOwnTitle);
  }

  private visitBlock(element: Element, name: string): void {
    this.endParagraph();
    const rank = /^h[1-6]$/.test(name) ? Number(name[1]) : name === 'title' || name === 'subtitle' ? 3 : 0;
    if (rank && rank <= (this.options.splitAt ?? 0)) {
      const title = collapse(element.textContent ?? '').trim();
      if (title) this.begin(title, rank);
      return;
    }
    const before = this.heading;
    this.heading = rank || before;
    for (const child of element.childNodes) this.visit(child);
    this.endParagraph();
    this.heading = before;
  }

  private visitRuby(element: Element): void {
    let base = '';
    for (const child of element.childNodes) {
      const name = child.nodeType === 1 ? (child as Element).localName.toLowerCase() : '';
      if (name === 'rt') {
        const start = this.text.length;
        this.append(base);
        const reading = collapse(child.textContent ?? '').trim();
        if (reading && this.text.length > start) this.ruby.push([start, this.text.length, reading]);
        base = '';
      } else if (name !== 'rp' && name !== 'rtc') base += collapse(child.textContent ?? '').trim();
    }
    this.append(base);
  }

  private visitPicture(element: Element): void {
    this.endParagraph();
    const source =
      element.getAttribute('src') ??
      element.getAttribute('href') ??
      element.getAttributeNS('http://www.w3.org/1999/xlink', 'href') ??
      '';
    const key = this.options.picture?.(source) ?? null;
    const text = collapse(element.getAttribute('alt') ?? '').trim();
    if (key !== null || text) this.current.paragraphs.push({ text, picture: key ?? '' });
  }

  private append(text: string): void {
    const plain = collapse(text);
    this.text += /\s$|^$/.test(this.text) ? plain.replace(/^\s+/, '') : plain;
  }

  private endParagraph(): void {
    const lead = /^[\s　]*/.exec(this.text)?.[0].length ?? 0;
    const text = this.text.slice(lead).replace(/[\s　]+$/, '');
    if (text) {
      const paragraph: Paragraph = { text };
      if (this.heading) paragraph.heading = true;
      if (this.ruby.length) paragraph.ruby = this.ruby.map(([start, end, said]) => [start - lead, end - lead, said]);
      this.current.paragraphs.push(paragraph);
    }
    this.text = '';
    this.ruby = [];
  }

  private begin(title: string, rank = 2): void {
    this.endParagraph();
    this.chapters.push(this.current);
    this.current = { title, level: rank === 1 ? 1 : 2, paragraphs: [] };
  }
}

/** A chapter's title is shown above it already. */
function withoutOwnTitle(chapter: Chapter): Chapter {
  const [first, ...rest] = chapter.paragraphs;
  const plain = (text: string) => text.replace(/[\s　\p{P}]/gu, '');
  if (!first || first.picture !== undefined || rest.length === 0) return chapter;
  if (!chapter.title && first.heading) return { ...chapter, title: first.text, paragraphs: rest };
  return first.text.length < 80 && plain(first.text) === plain(chapter.title)
    ? { ...chapter, paragraphs: rest }
    : chapter;
}

function isNote(element: Element): boolean {
  const type =
    element.getAttribute('epub:type') ?? element.getAttributeNS('http://www.idpf.org/2007/ops', 'type') ?? '';
  if (NOTES.test(type) || NOTE_ROLES.test(element.getAttribute('role') ?? '')) return true;
  if (element.hasAttribute('hidden') || element.getAttribute('aria-hidden') === 'true') return true;
  const superscript =
    element.localName === 'sup' && /^[\s[(【（]*[\d*†‡注]{1,4}[\s\])】）]*$/.test(element.textContent ?? '');
  return superscript && (element.querySelector('a') !== null || element.closest('a') !== null);
}

const collapse = (text: string) =>
  text
    .replace(/[ \t\r\n\f]+/g, ' ')
    .replace(/(?<=[\u2e80-\u9fff\u3000-\u303f\uff00-\uffef]) (?=[\u2e80-\u9fff\u3000-\u303f\uff00-\uffef])/g, '');

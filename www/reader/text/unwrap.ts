/** Joins lines that were broken in the middle of sentences. */
import { contentsEntry } from './headings.js';

/** How the lines of a text are laid out. */
export interface Layout {
  /** Columns at which lines were broken, a Chinese character counting two; 0 where every line is a paragraph. */
  wrap: number;
  /** Whether paragraphs begin with an indent. */
  indented: boolean;
}

const ENDS = /[。！？!?…”’」』》】）)：:—～~]["']?$/;
/** Marks that can't begin a line. */
const CLINGS = /^[。，、；：！？）」』”’》】…,.;:!?)]/;
const INDENT = /^[\s　]/;
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u2014\u2018-\u201d\u2026]/;

export function columns(line: string): number {
  let width = 0;
  for (const character of line) width += WIDE.test(character) || character > '\uffff' ? 2 : 1;
  return width;
}

/** Looks at the lines of a sample of a text. */
export function detectLayout(lines: string[]): Layout {
  const full = lines.map((line) => line.trimEnd()).filter((line) => line.trim() !== '');
  const flat: Layout = { wrap: 0, indented: full.filter((line) => INDENT.test(line)).length > full.length / 4 };
  const long = full.map((line) => ({ line, width: columns(line) })).filter(({ width }) => width >= 30);
  if (long.length < 8) return flat;
  const widths = long.map(({ width }) => width).sort((a, b) => a - b);
  const wrap = widths[Math.floor(widths.length * 0.9)] ?? 0;
  const atEdge = long.filter(({ width }) => width >= wrap - 3 && width <= wrap + 4);
  const open = atEdge.filter(({ line }) => !ENDS.test(line));
  const wrapped = wrap <= 160 && atEdge.length > long.length * 0.5 && open.length > atEdge.length * 0.5;
  if (!wrapped) return flat;
  const starts = lines.filter((line, at) => line.trim() !== '' && (lines[at - 1] ?? '').trim() === '');
  return { wrap, indented: starts.filter((line) => INDENT.test(line)).length > starts.length / 2 };
}

/** A paragraph, and how many empty lines stood before it. */
export interface Joined {
  text: string;
  gap: number;
  indent: number;
}

/** Turns lines, as they come, into paragraphs. */
export class Unwrapper {
  private held: (Joined & { last: string }) | null = null;
  private gap = 0;

  constructor(private readonly layout: Layout) {}

  /** The paragraph that this line shows to be complete, if any. */
  push(raw: string): Joined | null {
    const line = raw.replace(/[\s　]+$/, '');
    const text = line.replace(/^[\s　\ufeff]+/, '');
    if (text === '') {
      this.gap += 1;
      return null;
    }
    if (this.held && this.continues(line, text)) {
      this.held.text = join(this.held.text, text);
      this.held.last = line;
      this.gap = 0;
      return null;
    }
    const done = this.held;
    this.held = { text, last: line, gap: this.gap, indent: line.length - text.length };
    this.gap = 0;
    return done;
  }

  flush(): Joined | null {
    const done = this.held;
    this.held = null;
    return done;
  }

  private continues(line: string, text: string): boolean {
    const { wrap, indented } = this.layout;
    if (this.gap === 0 && CLINGS.test(text)) return true;
    if (!wrap || this.gap > 0 || !this.held) return false;
    if (contentsEntry(this.held.last) || contentsEntry(line)) return false;
    const open = !ENDS.test(this.held.last);
    if (INDENT.test(line) && indented) return open && this.held.text.length > 20;
    const edge = columns(this.held.last) >= wrap - 3;
    return edge || (open && this.held.text.length > 20);
  }
}

/** Latin words that met at the end of a line keep a space between them. */
function join(before: string, after: string): string {
  const space = /[\w,.;]$/.test(before) && /^\w/.test(after) ? ' ' : '';
  return before + space + after;
}

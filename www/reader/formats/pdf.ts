/** PDF with text, read by PDF.js. */
import type { PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist';
import { BookError, type Chapter, type OpenedBook } from '../text/book.js';
import { ChapterBuilder } from '../text/chapters.js';
import { detectHeadings } from '../text/headings.js';
import { columns, detectLayout, type Layout, Unwrapper } from '../text/unwrap.js';

/** Pages by which layout and headings are told. */
const SAMPLE_PAGES = 12;

interface Piece {
  text: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

export async function openPdf(file: File): Promise<OpenedBook> {
  const pdfjs = await import('pdfjs-dist');
  pdfjs.GlobalWorkerOptions.workerSrc = new URL('pdf.worker.js', document.baseURI).href;
  const task = pdfjs.getDocument({
    data: new Uint8Array(await file.arrayBuffer()),
    cMapUrl: new URL('cmaps/', document.baseURI).href,
    cMapPacked: true,
    isEvalSupported: false,
    useWorkerFetch: false,
    disableFontFace: true,
  });
  let pdf: PDFDocumentProxy;
  try {
    pdf = await task.promise;
  } catch (error) {
    const locked = (error as Error).name === 'PasswordException';
    throw new BookError(locked ? 'E_BOOK_LOCKED' : 'E_BOOK_BROKEN', String(error));
  }
  const { info } = await pdf.getMetadata().catch(() => ({ info: {} }));
  const { Title, Author } = info as { Title?: string; Author?: string };
  const stem = file.name.replace(/\.[^.]{1,8}$/, '');
  const title = Title?.trim() || stem;
  let done = 0;

  async function* chapters(): AsyncGenerator<Chapter> {
    const sample: string[] = [];
    for (let number = 1; number <= Math.min(SAMPLE_PAGES, pdf.numPages); number += 1) {
      sample.push(...(await readPage(await pdf.getPage(number))));
    }
    const repeated = runningTitles(sample);
    const lines = sample.filter((line) => !repeated.has(plain(line)));
    const unwrapper = new Unwrapper(layoutOf(lines));
    const builder = new ChapterBuilder(detectHeadings(lines, null), title);
    let made = 0;
    for (let number = 1; number <= pdf.numPages; number += 1) {
      done = number / pdf.numPages;
      const page = await pdf.getPage(number);
      for (const line of await readPage(page)) {
        if (repeated.has(plain(line)) || /^[\s—-]*\d{1,4}[\s—-]*$/.test(line)) continue;
        const paragraph = unwrapper.push(line);
        for (const chapter of paragraph ? builder.push(paragraph) : []) {
          made += 1;
          yield chapter;
        }
      }
      page.cleanup();
    }
    const last = unwrapper.flush();
    for (const chapter of [...(last ? builder.push(last) : []), ...builder.flush()]) {
      made += 1;
      yield chapter;
    }
    if (made === 0) throw new BookError('E_BOOK_NO_TEXT', 'The PDF has pictures of pages, and no text');
  }

  return {
    meta: { title, author: Author?.trim() ?? '', language: 'zh', cover: null },
    chapters: chapters(),
    progress: () => done,
    close: () => void task.destroy(),
  };
}

/** Every line of a page is broken at its edge. */
function layoutOf(lines: string[]): Layout {
  const layout = detectLayout(lines);
  const widest = lines.reduce((most, line) => Math.max(most, columns(line)), 0);
  return { wrap: layout.wrap || widest, indented: lines.some((line) => line.startsWith('　')) };
}

const plain = (line: string) => line.replace(/[\d\s　]/g, '');

/** Lines at the head or foot of most pages. */
function runningTitles(lines: string[]): Set<string> {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(plain(line), (counts.get(plain(line)) ?? 0) + 1);
  return new Set(
    [...counts]
      .filter(([line, count]) => line !== '' && line.length < 40 && count >= SAMPLE_PAGES / 2)
      .map(([line]) => line),
  );
}

/** The lines of a page, column after column; a line that is set in begins with an indent. */
async function readPage(page: PDFPageProxy): Promise<string[]> {
  const { items } = await page.getTextContent();
  const pieces = items
    .filter((item) => 'str' in item && item.str.trim() !== '')
    .map((item) => {
      const { str, transform, width, height } = item as {
        str: string;
        transform: number[];
        width: number;
        height: number;
      };
      return { text: str, x: transform[4] ?? 0, y: transform[5] ?? 0, width, height: height || 10 };
    });
  const lines = columnsOf(pieces, page.view[2] ?? 600).flatMap(linesOf);
  return lines;
}

/** Two columns where hardly anything crosses the middle. */
function columnsOf(pieces: Piece[], width: number): Piece[][] {
  const middle = width / 2;
  const crossing = pieces.filter(({ x, width }) => x < middle - 5 && x + width > middle + 5);
  const left = pieces.filter(({ x, width }) => x + width <= middle + 5);
  const right = pieces.filter(({ x }) => x >= middle - 5);
  const two =
    crossing.length <= pieces.length * 0.05 && left.length > 4 && right.length > 4 && left.length < right.length * 4;
  return two ? [[...crossing, ...left], right] : [pieces];
}

function linesOf(pieces: Piece[]): string[] {
  const rows: Piece[][] = [];
  for (const piece of pieces.toSorted((a, b) => b.y - a.y || a.x - b.x)) {
    const row = rows.at(-1);
    const first = row?.[0];
    if (row && first && Math.abs(first.y - piece.y) < first.height * 0.5) row.push(piece);
    else rows.push([piece]);
  }
  const edge = Math.min(...rows.map((row) => Math.min(...row.map(({ x }) => x))));
  let before: Piece | undefined;
  const lines: string[] = [];
  for (const row of rows) {
    row.sort((a, b) => a.x - b.x);
    const first = row[0];
    if (!first) continue;
    if (before && before.y - first.y > first.height * 2.6) lines.push('');
    before = first;
    lines.push((first.x - edge > first.height * 1.2 ? '　　' : '') + joinRow(row));
  }
  return lines;
}

function joinRow(row: Piece[]): string {
  let text = '';
  let end = 0;
  for (const { text: piece, x, width, height } of row) {
    const gap = text === '' ? 0 : x - end;
    const latin = /\w$/.test(text) && /^\w/.test(piece);
    const between = gap > height * 0.7 ? '　' : latin && gap > height * 0.25 ? ' ' : '';
    text += between + piece;
    end = x + width;
  }
  return text;
}

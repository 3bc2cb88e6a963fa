/** Plain text, read as a stream: a text of any length takes the same memory. */
import { BookError, type BookMeta, type Chapter, type OpenedBook } from '../text/book.js';
import { ChapterBuilder } from '../text/chapters.js';
import { type Encoding, guessEncoding } from '../text/encoding.js';
import { detectHeadings } from '../text/headings.js';
import { stripMarkup } from '../text/markup.js';
import { detectLayout, Unwrapper } from '../text/unwrap.js';

/** Bytes from which layout and headings are told. */
const SAMPLE = 512 * 1024;
const LAYOUT_LINES = 2000;

export interface TextSettings {
  encoding?: Encoding | undefined;
  /** A pattern of the reader's own for the headings of chapters. */
  headings?: string | undefined;
}

export async function openText(file: File, settings: TextSettings = {}): Promise<OpenedBook> {
  if (file.size === 0) throw new BookError('E_BOOK_EMPTY', 'The file is empty');
  const head = new Uint8Array(await file.slice(0, SAMPLE).arrayBuffer());
  const encoding = settings.encoding ?? guessEncoding(head);
  const sample = new TextDecoder(encoding).decode(head, { stream: true });
  // What a reader has chosen is shown, however it looks: that is how a wrong choice is seen.
  if (!settings.encoding && looksBinary(sample)) throw new BookError('E_BOOK_FORMAT', 'The file holds no text');
  const lines = sample.split(/\r\n?|\n/).flatMap(stripMarkup);
  // The sample's last line may be cut off.
  if (file.size > SAMPLE) lines.pop();
  const meta = describe(file.name, lines);
  const layout = detectLayout(lines.slice(0, LAYOUT_LINES));
  const headings = detectHeadings(lines, settings.headings ? new RegExp(settings.headings, 'u') : null);
  let read = 0;

  async function* chapters(): AsyncGenerator<Chapter> {
    const unwrapper = new Unwrapper(layout);
    const builder = new ChapterBuilder(headings, meta.title);
    let made = 0;
    for await (const line of linesOf(file, encoding, (bytes) => {
      read += bytes;
    })) {
      for (const piece of stripMarkup(line)) {
        const paragraph = unwrapper.push(piece);
        if (!paragraph) continue;
        for (const chapter of builder.push(paragraph)) {
          made += 1;
          yield chapter;
        }
      }
    }
    const last = unwrapper.flush();
    for (const chapter of [...(last ? builder.push(last) : []), ...builder.flush()]) {
      made += 1;
      yield chapter;
    }
    if (made === 0) throw new BookError('E_BOOK_EMPTY', 'There is no text in the file');
  }

  return { meta, encoding, chapters: chapters(), progress: () => read / file.size };
}

async function* linesOf(file: Blob, encoding: Encoding, onRead: (bytes: number) => void): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  const reader = file.stream().getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (value) onRead(value.byteLength);
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = done ? '' : (lines.pop() ?? '');
      yield* lines;
      if (done) return;
    }
  } finally {
    await reader.cancel();
  }
}

function looksBinary(sample: string): boolean {
  const start = sample.slice(0, 20_000);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const odd = start.match(/[\0-\x08\x0e-\x1f\ufffd\p{Cn}]/gu)?.length ?? 0;
  return odd > start.length * 0.05;
}

/** Title and author, from the name of the file and from the first lines. */
function describe(name: string, lines: string[]): BookMeta {
  const stem = name
    .replace(/\.[^.]{1,8}$/, '')
    .replaceAll('_', ' ')
    .trim();
  const head = lines.slice(0, 40).join('\n');
  const said = (key: string) => new RegExp(`^[\\s　]*${key}\\s*[:：]\\s*(.{1,40}?)[\\s　]*$`, 'm').exec(head)?.[1];
  const inMarks = /《(.{1,40}?)》/.exec(stem)?.[1];
  const parts = /^(.{1,40}?)\s*(?:作者\s*[:：]?|\bby\b|[-－—])\s*(\p{sc=Han}[\p{sc=Han}·\w]{0,19})$/u.exec(stem);
  const first = lines.map((line) => line.trim()).filter((line) => line !== '')[0] ?? '';
  // A name of a file in Latin letters says less than a first line that stands like a title.
  const opening =
    /^[a-z\d\s._-]*$/i.test(stem) && /^《?[\p{sc=Han}·：、]{1,16}》?$/u.test(first) ? first.replace(/[《》]/g, '') : '';
  return {
    title: said('书名') ?? inMarks ?? parts?.[1]?.trim() ?? (opening || stem || '无题'),
    author: said('作者') ?? /作者\s*[:：]?\s*(.{1,20})$/.exec(stem)?.[1]?.trim() ?? parts?.[2]?.trim() ?? '',
    language: 'zh',
    cover: null,
  };
}

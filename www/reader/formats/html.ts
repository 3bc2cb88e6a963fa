/** Web pages and Markdown. */
import { BookError, type Chapter, type OpenedBook } from '../text/book.js';
import { type Encoding, guessEncoding } from '../text/encoding.js';
import { walkDocument } from './dom.js';

export async function openHtml(file: File, encoding?: Encoding): Promise<OpenedBook> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const declared = /<meta[^>]{1,200}charset\s*=\s*["']?\s*([\w-]+)/i.exec(
    new TextDecoder('latin1').decode(bytes.subarray(0, 4096)),
  )?.[1];
  return fromHtml(decode(bytes, encoding ?? declared), file.name);
}

export async function openMarkdown(file: File, encoding?: Encoding): Promise<OpenedBook> {
  const { marked } = await import('marked');
  const bytes = new Uint8Array(await file.arrayBuffer());
  const text = decode(bytes, encoding).replace(/^---\r?\n[\s\S]*?\r?\n---\r?\n/, '');
  return fromHtml(await marked.parse(text), file.name);
}

function decode(bytes: Uint8Array, label: string | undefined): string {
  try {
    return new TextDecoder(label ?? guessEncoding(bytes)).decode(bytes);
  } catch {
    return new TextDecoder(guessEncoding(bytes)).decode(bytes);
  }
}

export function fromHtml(html: string, name: string): OpenedBook {
  const parsed = new DOMParser().parseFromString(html, 'text/html');
  const stem = name.replace(/\.[^.]{1,8}$/, '');
  const headings = [...parsed.body.querySelectorAll('h1, h2')];
  const lone = headings.filter(({ localName }) => localName === 'h1');
  const title = parsed.title.trim() || (lone.length === 1 && lone[0]?.textContent?.trim()) || stem;
  const author = parsed.querySelector('meta[name="author"]')?.getAttribute('content') ?? '';
  const language = parsed.documentElement.lang || 'zh';
  async function* chapters(): AsyncGenerator<Chapter> {
    const made = walkDocument(parsed.body, title, { splitAt: 2 });
    if (made.length === 0) throw new BookError('E_BOOK_EMPTY', 'There is no text in the document');
    yield* made;
  }
  return { meta: { title, author, language, cover: null }, chapters: chapters(), progress: () => 1 };
}

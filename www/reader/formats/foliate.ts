/** EPUB, MOBI, AZW3 and FB2, read by foliate-js. */
import { BookError, type BookMeta, type Chapter, type OpenedBook } from '../text/book.js';
import { walkDocument } from './dom.js';
import type { Archive } from './zip.js';

interface TocItem {
  label?: string;
  href?: string;
  subitems?: TocItem[] | null;
}

interface FoliateBook {
  sections: { id: unknown; linear?: string; createDocument: () => Promise<Document>; size: number }[];
  toc?: TocItem[] | null;
  metadata: Record<string, unknown>;
  resolveHref?: (href: string) => { index: number } | null | Promise<{ index: number } | null>;
  getCover?: () => Promise<Blob | null> | null;
  destroy?: () => void;
}

/** Algorithms that hide fonts; any other hides the text. */
const FONTS_ONLY = /^http:\/\/(?:www\.idpf\.org\/2008\/embedding|ns\.adobe\.com\/pdf\/enc#RC)$/;

export async function openEpub(archive: Archive, name: string): Promise<OpenedBook> {
  await refuseLocked(archive);
  const { EPUB } = await import('foliate-js/epub.js');
  let book: FoliateBook;
  try {
    const loader = { loadText: archive.text, loadBlob: archive.blob, getSize: archive.size };
    book = (await new EPUB(loader).init()) as FoliateBook;
  } catch (error) {
    if (error instanceof BookError) throw error;
    throw new BookError('E_BOOK_BROKEN', String(error));
  }
  const picture = (base: string) => (source: string) => resolvePath(source, base);
  return fromFoliate(book, name, { picture, load: archive.blob });
}

export async function openMobi(file: File): Promise<OpenedBook> {
  const head = new DataView(await file.slice(0, 4096).arrayBuffer());
  // The offset of the first record, and in it the kind of encryption.
  const record = head.getUint32(78);
  if (record + 14 <= head.byteLength && head.getUint16(record + 12) !== 0) {
    throw new BookError('E_BOOK_LOCKED', 'The book is protected (DRM)');
  }
  const [{ MOBI }, { unzlibSync }] = await Promise.all([import('foliate-js/mobi.js'), import('fflate')]);
  try {
    return await fromFoliate((await new MOBI({ unzlib: unzlibSync }).open(file)) as FoliateBook, file.name);
  } catch (error) {
    throw error instanceof BookError ? error : new BookError('E_BOOK_BROKEN', String(error));
  }
}

export async function openFb2(blob: Blob, name: string): Promise<OpenedBook> {
  const { makeFB2 } = await import('foliate-js/fb2.js');
  try {
    return await fromFoliate((await makeFB2(blob)) as FoliateBook, name);
  } catch (error) {
    throw new BookError('E_BOOK_BROKEN', String(error));
  }
}

async function refuseLocked(archive: Archive): Promise<void> {
  const locked = ['META-INF/rights.xml', 'META-INF/sinf.xml', 'META-INF/license.lcpl'].some((path) =>
    archive.names.includes(path),
  );
  const encryption = await archive.text('META-INF/encryption.xml');
  const algorithms = [...(encryption ?? '').matchAll(/EncryptionMethod[^>]*Algorithm\s*=\s*["']([^"']+)/g)].map(
    ([, uri]) => uri ?? '',
  );
  if (locked || algorithms.some((uri) => !FONTS_ONLY.test(uri))) {
    throw new BookError('E_BOOK_LOCKED', 'The book is protected (DRM)');
  }
}

interface Pictures {
  picture: (base: string) => (source: string) => string;
  load: (key: string) => Promise<Blob | null>;
}

async function fromFoliate(book: FoliateBook, name: string, pictures?: Pictures): Promise<OpenedBook> {
  const titles = await titlesOf(book);
  const cover = await coverOf(book);
  let done = 0;

  async function* chapters(): AsyncGenerator<Chapter> {
    let made = 0;
    let broken = 0;
    for (const [index, section] of book.sections.entries()) {
      done = index / book.sections.length;
      if (section.linear === 'no') continue;
      let parsed: Document;
      try {
        parsed = await section.createDocument();
      } catch (error) {
        if (error instanceof BookError && error.code !== 'E_BOOK_BROKEN') throw error;
        broken += 1;
        continue;
      }
      const found = titles.get(index);
      const root = parsed.querySelector('body') ?? parsed.documentElement;
      const walked = walkDocument(root, found?.title ?? '', {
        ...(found && { anchors: found.anchors }),
        ...(pictures && { picture: pictures.picture(String(section.id)) }),
      });
      for (const chapter of walked) {
        made += 1;
        yield { ...chapter, title: chapter.title || `${made}` };
      }
    }
    if (made === 0) throw new BookError(broken ? 'E_BOOK_BROKEN' : 'E_BOOK_EMPTY', 'No chapter could be read');
  }

  return {
    meta: { ...describe(book.metadata, name), cover: cover && cover.size > 0 ? cover : null },
    chapters: chapters(),
    progress: () => done,
    ...(pictures && { picture: pictures.load }),
    close: () => book.destroy?.(),
  };
}

/** A book is a book without its cover. */
async function coverOf(book: FoliateBook): Promise<Blob | null> {
  try {
    return (await book.getCover?.()) ?? null;
  } catch {
    return null;
  }
}

/** Titles by section: that of its beginning, and those of places in it. */
async function titlesOf(book: FoliateBook): Promise<Map<number, { title: string; anchors: Map<string, string> }>> {
  const titles = new Map<number, { title: string; anchors: Map<string, string> }>();
  const visit = async (items: TocItem[]): Promise<void> => {
    for (const { label, href, subitems } of items) {
      const index = href ? (await book.resolveHref?.(href))?.index : undefined;
      if (href && index !== undefined && index >= 0) {
        const entry = titles.get(index) ?? { title: '', anchors: new Map<string, string>() };
        const fragment =
          typeof href === 'string' && href.includes('#') ? decodeURIComponent(href.split('#')[1] ?? '') : '';
        const title = label?.trim() ?? '';
        if (!fragment || !entry.title) entry.title ||= title;
        else entry.anchors.set(fragment, title);
        titles.set(index, entry);
      }
      if (subitems) await visit(subitems);
    }
  };
  await visit(book.toc ?? []).catch(() => undefined);
  return titles;
}

function describe(metadata: Record<string, unknown>, name: string): Omit<BookMeta, 'cover'> {
  const word = (value: unknown): string => {
    if (typeof value === 'string') return value;
    if (Array.isArray(value)) return value.map(word).filter(Boolean).join('、');
    if (value && typeof value === 'object') {
      const named = value as Record<string, unknown>;
      return word(named.name ?? Object.values(named)[0]);
    }
    return '';
  };
  const { title, author, language } = metadata;
  return {
    title: word(title).trim() || name.replace(/\.[^.]{1,8}$/, ''),
    author: word(author).trim(),
    language: word(Array.isArray(language) ? language[0] : language) || 'zh',
  };
}

function resolvePath(source: string, base: string): string {
  const origin = 'book://book/';
  try {
    const resolved = new URL(source, origin + base);
    return resolved.href.startsWith(origin) ? decodeURIComponent(resolved.href.slice(origin.length)) : '';
  } catch {
    return '';
  }
}

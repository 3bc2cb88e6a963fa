/** Files into the library. A book is on the shelf when all of it is there: what is cut off leaves nothing behind. */
import { openBook } from '../formats/open.js';
import { BookError, type Chapter, countCharacters, type OpenedBook } from '../text/book.js';
import type { Encoding } from '../text/encoding.js';
import {
  type BookRecord,
  type BookSettings,
  COVER,
  database,
  type Entry,
  getBook,
  type KeptPicture,
  keysOf,
  removeParts,
} from './store.js';

/** Characters that are written in one transaction. */
const BATCH = 200_000;
/** Bytes of the file that are kept as one piece. */
const PIECE = 4 * 1024 * 1024;

export interface ImportOptions {
  signal?: AbortSignal;
  onProgress?: (part: number) => void;
  /** The book that it becomes, whose settings are kept: one on the shelf, whose file this is, or one that comes back. */
  becomes?: BookRecord;
  title?: string;
}

/** Books that are just being imported, in this tab. */
export const arriving = new Set<string>();

/** Fails with a `BookError`, with `AbortError`, or with `QuotaExceededError` where the disk is full. */
export async function importBook(file: File, options: ImportOptions = {}): Promise<BookRecord> {
  const { signal, onProgress, becomes } = options;
  const settings: BookSettings = becomes?.settings ?? {};
  const there = becomes !== undefined && (await getBook(becomes.id)) !== undefined;
  const id = becomes && !there ? becomes.id : crypto.randomUUID();
  arriving.add(id);
  let opened: (OpenedBook & { format: string }) | null = null;
  const end = new AbortController();
  const ended = AbortSignal.any([end.signal, ...(signal ? [signal] : [])]);
  let source: Promise<void> = Promise.resolve();
  try {
    opened = await openBook(file, { encoding: settings.encoding as Encoding | undefined, headings: settings.headings });
    signal?.throwIfAborted();
    if (!there) source = writeSource(id, file, ended);
    // It is waited for below, whatever comes first.
    source.catch(() => undefined);
    const { entries, characters } = await writeChapters(id, opened, signal, onProgress);
    const cover = await writeCover(id, opened.meta.cover);
    await source;
    const book: BookRecord = {
      id: becomes?.id ?? id,
      title: options.title ?? becomes?.title ?? opened.meta.title,
      author: becomes?.author ?? opened.meta.author,
      language: opened.meta.language,
      format: opened.format,
      bytes: file.size,
      characters,
      chapters: entries.length,
      added: becomes?.added ?? Date.now(),
      cover,
      file: file.name,
      settings: { ...settings, ...(opened.encoding && { encoding: opened.encoding }) },
    };
    await putOnShelf(id, book, entries);
    return book;
  } catch (error) {
    end.abort();
    await source.catch(() => undefined);
    await removeParts(id).catch(() => undefined);
    throw error instanceof DOMException || error instanceof BookError
      ? error
      : new BookError('E_BOOK_BROKEN', String(error));
  } finally {
    opened?.close?.();
    arriving.delete(id);
  }
}

async function writeChapters(
  id: string,
  opened: OpenedBook,
  signal?: AbortSignal,
  onProgress?: (part: number) => void,
) {
  const entries: Entry[] = [];
  let characters = 0;
  let batch: Chapter[] = [];
  let weight = 0;
  let writing = Promise.resolve();
  /** One batch is written while the next is read. */
  const flush = async () => {
    await writing;
    writing = write(id, entries.length - batch.length, batch, opened);
    writing.catch(() => undefined);
    batch = [];
    weight = 0;
    onProgress?.(opened.progress());
    signal?.throwIfAborted();
  };
  try {
    for await (const chapter of opened.chapters) {
      const length = countCharacters(chapter);
      entries.push({ title: chapter.title, level: chapter.level, characters: length });
      batch.push(chapter);
      characters += length;
      weight += length;
      if (weight >= BATCH) await flush();
    }
    if (batch.length) await flush();
  } finally {
    await writing;
  }
  return { entries, characters };
}

async function write(id: string, first: number, chapters: Chapter[], { picture }: OpenedBook): Promise<void> {
  const pictures = new Map<string, KeptPicture>();
  for (const { picture: key } of chapters.flatMap(({ paragraphs }) => paragraphs)) {
    if (!key || pictures.has(key)) continue;
    const blob = await picture?.(key).catch(() => null);
    if (blob) pictures.set(key, { book: id, key, bytes: await blob.arrayBuffer(), type: blob.type });
  }
  const tx = (await database()).transaction(['chapters', 'pictures'], 'readwrite');
  const puts = [
    ...chapters.map((chapter, at) => tx.objectStore('chapters').put({ book: id, index: first + at, chapter })),
    ...[...pictures.values()].map((kept) => tx.objectStore('pictures').put(kept)),
  ];
  // Why a transaction was given up is said by the transaction alone.
  for (const put of puts) put.catch(() => undefined);
  await tx.done;
}

async function writeCover(id: string, cover: Blob | null): Promise<boolean> {
  if (!cover) return false;
  const kept = { book: id, key: COVER, bytes: await cover.arrayBuffer(), type: cover.type || 'image/png' };
  await (await database()).put('pictures', kept);
  return true;
}

async function writeSource(id: string, file: File, signal?: AbortSignal): Promise<void> {
  const db = await database();
  for (let index = 0; index * PIECE < file.size; index += 1) {
    signal?.throwIfAborted();
    const bytes = await file.slice(index * PIECE, (index + 1) * PIECE).arrayBuffer();
    await db.put('sources', { book: id, index, bytes });
  }
}

/** A book that takes another's place gets its name in the same transaction in which the other's chapters go. */
async function putOnShelf(id: string, book: BookRecord, entries: Entry[]): Promise<void> {
  const db = await database();
  const tx = db.transaction(['books', 'contents', 'chapters', 'pictures'], 'readwrite');
  if (book.id !== id) {
    for (const name of ['chapters', 'pictures'] as const) {
      const store = tx.objectStore(name);
      await store.delete(keysOf(book.id));
      for (let cursor = await store.openCursor(keysOf(id)); cursor; cursor = await cursor.continue()) {
        await store.put({ ...cursor.value, book: book.id } as never);
        await cursor.delete();
      }
    }
  }
  await tx.objectStore('contents').put({ id: book.id, entries });
  await tx.objectStore('books').put(book);
  await tx.done;
}

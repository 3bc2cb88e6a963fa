/** Files into the library. A book is on the shelf when all of it is there: what is cut off leaves nothing behind. */
import { openBook } from '../formats/open.js';
import { BookError, type Chapter, countCharacters, type OpenedBook } from '../text/book.js';
import type { Encoding } from '../text/encoding.js';
import { type BookRecord, type BookSettings, database, type Entry, removeParts } from './store.js';

/** Characters that are written in one transaction. */
const BATCH = 200_000;

export interface ImportOptions {
  signal?: AbortSignal;
  onProgress?: (part: number) => void;
  /** In place of this book, whose settings are kept. */
  replaces?: BookRecord;
  title?: string;
}

/** Books that are just being imported, in this tab. */
export const arriving = new Set<string>();

/** Fails with a `BookError`, with `AbortError`, or with `QuotaExceededError` where the disk is full. */
export async function importBook(file: File, options: ImportOptions = {}): Promise<BookRecord> {
  const { signal, onProgress, replaces } = options;
  const settings: BookSettings = replaces?.settings ?? {};
  const id = crypto.randomUUID();
  arriving.add(id);
  let opened: (OpenedBook & { format: string }) | null = null;
  try {
    opened = await openBook(file, { encoding: settings.encoding as Encoding | undefined, headings: settings.headings });
    signal?.throwIfAborted();
    const { entries, characters } = await writeChapters(id, opened, signal, onProgress);
    const book: BookRecord = {
      id: replaces?.id ?? id,
      title: options.title ?? replaces?.title ?? opened.meta.title,
      author: replaces?.author ?? opened.meta.author,
      language: opened.meta.language,
      format: opened.format,
      bytes: file.size,
      characters,
      chapters: entries.length,
      added: replaces?.added ?? Date.now(),
      cover: opened.meta.cover,
      settings: { ...settings, ...(opened.encoding && { encoding: opened.encoding }) },
    };
    await putOnShelf(id, book, entries, file);
    return book;
  } catch (error) {
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
  const flush = async () => {
    await write(id, entries.length - batch.length, batch, opened);
    batch = [];
    weight = 0;
    onProgress?.(opened.progress());
    signal?.throwIfAborted();
  };
  for await (const chapter of opened.chapters) {
    const length = countCharacters(chapter);
    entries.push({ title: chapter.title, level: chapter.level, characters: length });
    batch.push(chapter);
    characters += length;
    weight += length;
    if (weight >= BATCH) await flush();
  }
  if (batch.length) await flush();
  return { entries, characters };
}

async function write(id: string, first: number, chapters: Chapter[], { picture }: OpenedBook): Promise<void> {
  const pictures = new Map<string, Blob>();
  for (const { picture: key } of chapters.flatMap(({ paragraphs }) => paragraphs)) {
    if (!key || pictures.has(key)) continue;
    const blob = await picture?.(key).catch(() => null);
    if (blob) pictures.set(key, blob);
  }
  const tx = (await database()).transaction(['chapters', 'pictures'], 'readwrite');
  const puts = [
    ...chapters.map((chapter, at) => tx.objectStore('chapters').put({ book: id, index: first + at, chapter })),
    ...[...pictures].map(([key, blob]) => tx.objectStore('pictures').put({ book: id, key, blob })),
  ];
  // Why a transaction was given up is said by the transaction alone.
  for (const put of puts) put.catch(() => undefined);
  await tx.done;
}

/** A book that takes another's place gets its name in the same transaction in which the other's chapters go. */
async function putOnShelf(id: string, book: BookRecord, entries: Entry[], file: File): Promise<void> {
  const db = await database();
  const tx = db.transaction(['books', 'contents', 'chapters', 'sources', 'pictures'], 'readwrite');
  if (book.id !== id) {
    for (const name of ['chapters', 'pictures'] as const) {
      const store = tx.objectStore(name);
      await store.delete(IDBKeyRange.bound([book.id], [book.id, []]));
      for (
        let cursor = await store.openCursor(IDBKeyRange.bound([id], [id, []]));
        cursor;
        cursor = await cursor.continue()
      ) {
        await store.put({ ...cursor.value, book: book.id } as never);
        await cursor.delete();
      }
    }
  }
  await tx.objectStore('contents').put({ id: book.id, entries });
  await tx.objectStore('sources').put({ id: book.id, file });
  await tx.objectStore('books').put(book);
  await tx.done;
}

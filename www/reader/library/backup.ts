/** The whole library with its positions as one file, and back: a zip of the books' files and a table. */
import {
  BlobReader,
  BlobWriter,
  configure,
  type FileEntry,
  TextReader,
  ZipReader,
  ZipWriter,
} from '@zip.js/zip.js/index-native.js';
import { BookError } from '../text/book.js';
import { importBook } from './import.js';
import {
  type BookRecord,
  changeBook,
  database,
  getSource,
  getValue,
  listBooks,
  type Position,
  savePosition,
  setValue,
} from './store.js';

interface Table {
  langdu: 'library';
  version: 1;
  books: { book: BookRecord; position: Position | null; file: string }[];
  settings: unknown;
}

configure({ useWebWorkers: false });

export async function exportLibrary(onProgress?: (part: number) => void, signal?: AbortSignal): Promise<Blob> {
  const zip = new ZipWriter(new BlobWriter('application/zip'));
  const books = await listBooks();
  const table: Table = { langdu: 'library', version: 1, books: [], settings: (await getValue('settings')) ?? {} };
  for (const [at, { book, position }] of books.entries()) {
    signal?.throwIfAborted();
    const source = await getSource(book);
    if (!source) continue;
    const path = `books/${at + 1}`;
    // Most books are compressed already.
    await zip.add(path, new BlobReader(source), { level: book.format === 'txt' ? 6 : 0 });
    table.books.push({ book, position, file: path });
    onProgress?.((at + 1) / books.length);
  }
  await zip.add('library.json', new TextReader(JSON.stringify(table)));
  return zip.close();
}

/** Adds what the file holds; books that are there already keep their text, and get the later position. */
export async function importLibrary(
  file: Blob,
  onProgress?: (part: number) => void,
  signal?: AbortSignal,
): Promise<number> {
  const { table, entries } = await readTable(file);
  const known = new Set(await (await database()).getAllKeys('books'));
  let added = 0;
  for (const [at, { book, position, file: path }] of table.books.entries()) {
    signal?.throwIfAborted();
    const entry = entries.get(path);
    if (!known.has(book.id) && entry) {
      const blob = await entry.getData(new BlobWriter());
      await importBook(new File([blob], book.file), { becomes: book, ...(signal && { signal }) });
      added += 1;
    } else await changeBook(book.id, (kept) => ({ ...kept, settings: { ...book.settings, ...kept.settings } }));
    if (position) await savePosition(position);
    onProgress?.((at + 1) / table.books.length);
  }
  if (table.settings && !(await getValue('settings'))) await setValue('settings', table.settings);
  return added;
}

async function readTable(file: Blob): Promise<{ table: Table; entries: Map<string, FileEntry> }> {
  try {
    const list = await new ZipReader(new BlobReader(file)).getEntries();
    const entries = new Map(
      list.filter((entry): entry is FileEntry => !entry.directory).map((entry) => [entry.filename, entry]),
    );
    const blob = await entries.get('library.json')?.getData(new BlobWriter());
    const table = JSON.parse((await blob?.text()) ?? '') as Table;
    if (table.langdu === 'library' && table.version === 1) return { table, entries };
  } catch {
    // Said below.
  }
  throw new BookError('E_BACKUP_FORMAT', 'Not a library that this app has exported');
}

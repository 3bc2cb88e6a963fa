/** Everything the app keeps, in IndexedDB. A book is kept by chapters: opening one reads its contents and one chapter. */
import { type DBSchema, type IDBPDatabase, openDB, unwrap } from 'idb';
import type { Chapter } from '../text/book.js';
import type { Level } from '../text/headings.js';
import type { Rule } from '../text/rules.js';
import type { PlacedReading } from '../text/spoken.js';
import type { Place } from './places.js';

/** What a book has that differs from the settings of the app. */
export interface BookSettings {
  voice?: string;
  speaker?: string;
  dialogue?: string;
  emotion?: string;
  speed?: number;
  /** Words and their readings. */
  lexicon?: Record<string, string>;
  /** Readings of single places, by `chapter:paragraph`. */
  placed?: Record<string, PlacedReading[]>;
  rules?: Rule[];
  encoding?: string;
  /** The reader's own pattern of headings. */
  headings?: string;
}

export interface BookRecord {
  id: string;
  title: string;
  author: string;
  language: string;
  format: string;
  /** Size of the file. */
  bytes: number;
  characters: number;
  chapters: number;
  added: number;
  /** Whether there is a picture of this kind among the book's pictures. */
  cover: boolean;
  /** Name of the file it came from. */
  file: string;
  settings: BookSettings;
}

export interface Entry {
  title: string;
  level: Level;
  characters: number;
}

export interface Position {
  id: string;
  place: Place;
  /** Part of the book before it, 0 to 1. */
  fraction: number;
  /** When it was read last, in milliseconds since 1970. */
  at: number;
}

/** Pictures and files are kept as bytes: WebKit's private windows keep no Blobs. */
export interface KeptPicture {
  book: string;
  key: string;
  bytes: ArrayBuffer;
  type: string;
}

/** The key of a book's cover among its pictures. */
export const COVER = '';

interface Schema extends DBSchema {
  books: { key: string; value: BookRecord };
  contents: { key: string; value: { id: string; entries: Entry[] } };
  chapters: { key: [string, number]; value: { book: string; index: number; chapter: Chapter } };
  positions: { key: string; value: Position };
  /** The book's own file, in pieces. */
  sources: { key: [string, number]; value: { book: string; index: number; bytes: ArrayBuffer } };
  pictures: { key: [string, string]; value: KeptPicture };
  values: { key: string; value: unknown };
}

export type Database = IDBPDatabase<Schema>;

let opening: Promise<Database> | null = null;

/** What is being read and written. */
const underWay = new Set<IDBTransaction>();

/** Settled unless the page has been left. */
let present = Promise.resolve();
let arrive = (): void => undefined;

// A browser may keep a page that is left as it is, with its transactions open, and no other page gets at the books: so they end
// with it, and what is asked for afterwards waits until somebody comes back.
addEventListener('pagehide', ({ persisted }) => {
  if (!persisted) return;
  present = new Promise((resolve) => {
    arrive = resolve;
  });
  for (const transaction of underWay) transaction.abort();
});
addEventListener('pageshow', () => arrive());

function watch(database: IDBDatabase): void {
  const begin = database.transaction.bind(database);
  database.transaction = (...given: Parameters<typeof begin>) => {
    const transaction = begin(...given);
    underWay.add(transaction);
    for (const end of ['complete', 'abort']) transaction.addEventListener(end, () => underWay.delete(transaction));
    return transaction;
  };
}

async function open(): Promise<Database> {
  const database = await openDB<Schema>('langdu-reader', 1, {
    upgrade(db) {
      db.createObjectStore('books', { keyPath: 'id' });
      db.createObjectStore('contents', { keyPath: 'id' });
      db.createObjectStore('chapters', { keyPath: ['book', 'index'] });
      db.createObjectStore('positions', { keyPath: 'id' });
      db.createObjectStore('sources', { keyPath: ['book', 'index'] });
      db.createObjectStore('pictures', { keyPath: ['book', 'key'] });
      db.createObjectStore('values');
    },
    // Another tab wants a newer layout: this one lets go, and opens again when it is asked.
    blocking() {
      void opening?.then((db) => db.close());
      opening = null;
    },
    terminated() {
      opening = null;
    },
  });
  watch(unwrap(database));
  return database;
}

export async function database(): Promise<Database> {
  await present;
  opening ??= open();
  opening.catch(() => {
    opening = null;
  });
  return opening;
}

/** Every key of a book in a store whose keys begin with the book's. */
export const keysOf = (id: string): IDBKeyRange => IDBKeyRange.bound([id], [id, []]);

export async function listBooks(): Promise<{ book: BookRecord; position: Position | null }[]> {
  const db = await database();
  const [books, positions] = await Promise.all([db.getAll('books'), db.getAll('positions')]);
  const byId = new Map(positions.map((position) => [position.id, position]));
  return books.map((book) => ({ book, position: byId.get(book.id) ?? null }));
}

export const getBook = async (id: string): Promise<BookRecord | undefined> => (await database()).get('books', id);

export const getContents = async (id: string): Promise<Entry[]> =>
  (await (await database()).get('contents', id))?.entries ?? [];

export const getPosition = async (id: string): Promise<Position | undefined> => (await database()).get('positions', id);

export const getChapter = async (id: string, index: number): Promise<Chapter | undefined> =>
  (await (await database()).get('chapters', [id, index]))?.chapter;

export async function getPicture(id: string, key: string): Promise<Blob | null> {
  const kept = await (await database()).get('pictures', [id, key]);
  return kept ? new Blob([kept.bytes], { type: kept.type }) : null;
}

/** The file a book came from, put together piece by piece: the browser may keep it out of memory. */
export async function getSource({ id, file }: BookRecord): Promise<File | null> {
  const pieces: Blob[] = [];
  let cursor = await (await database()).transaction('sources').store.openCursor(keysOf(id));
  for (; cursor; cursor = await cursor.continue()) pieces.push(new Blob([cursor.value.bytes]));
  return pieces.length ? new File(pieces, file) : null;
}

/** A place that is older than what another tab has written does not replace it. */
export async function savePosition(position: Position): Promise<void> {
  const store = (await database()).transaction('positions', 'readwrite').store;
  const known = await store.get(position.id);
  // A clock that went back must not freeze the place: only what is plausibly newer wins over it.
  if (known && known.at > position.at && known.at - position.at < 60_000) return;
  await store.put(position);
}

/** Changes a book's record as it is now, whatever another tab has done to it. */
export async function changeBook(
  id: string,
  change: (book: BookRecord) => BookRecord,
): Promise<BookRecord | undefined> {
  const store = (await database()).transaction('books', 'readwrite').store;
  const book = await store.get(id);
  if (!book) return undefined;
  const changed = change(book);
  await store.put(changed);
  return changed;
}

/** Takes a book off the shelf; its parts stay until `purge`, so that it can come back. */
export async function takeBook(id: string): Promise<BookRecord | undefined> {
  const store = (await database()).transaction('books', 'readwrite').store;
  const book = await store.get(id);
  await store.delete(id);
  return book;
}

export async function putBook(book: BookRecord): Promise<void> {
  await (await database()).put('books', book);
}

/** Books of which there are parts, and no more: of deletions, and of imports that were cut off. `busy`: those that are just coming. */
export async function orphans(busy: Set<string>): Promise<string[]> {
  const db = await database();
  const known = new Set([...(await db.getAllKeys('books')), ...busy]);
  const parts = await db.getAllKeys('contents');
  const owners = new Set<string>([...parts, ...(await db.getAllKeys('positions'))]);
  for (const name of ['chapters', 'sources'] as const) {
    for (let cursor = await db.transaction(name).store.openKeyCursor(); cursor; ) {
      const [owner] = cursor.key;
      owners.add(owner);
      cursor = await cursor.continue([owner, []] as unknown as [string, number]);
    }
  }
  return [...owners].filter((id) => !known.has(id));
}

export async function removeParts(id: string): Promise<void> {
  const tx = (await database()).transaction(['contents', 'chapters', 'positions', 'sources', 'pictures'], 'readwrite');
  await Promise.all([
    tx.objectStore('contents').delete(id),
    tx.objectStore('chapters').delete(keysOf(id)),
    tx.objectStore('positions').delete(id),
    tx.objectStore('sources').delete(keysOf(id)),
    tx.objectStore('pictures').delete(keysOf(id)),
    tx.done,
  ]);
}

export async function getValue<T>(key: string): Promise<T | undefined> {
  return (await (await database()).get('values', key)) as T | undefined;
}

export async function setValue(key: string, value: unknown): Promise<void> {
  await (await database()).put('values', value, key);
}

/** Changes parts of a value, whatever another tab has done to its others. */
export async function mergeValue(key: string, part: object): Promise<void> {
  const store = (await database()).transaction('values', 'readwrite').store;
  const kept = (await store.get(key)) as object | undefined;
  await store.put({ ...kept, ...part }, key);
}

/** The books on the shelf, those that are coming, and what can be done with them. */
import { computed, signal } from '@preact/signals';
import { t } from '../language/index.js';
import { arriving, importBook } from '../library/import.js';
import {
  type BookRecord,
  getBook,
  getSource,
  getValue,
  listBooks,
  orphans,
  type Position,
  putBook,
  removeParts,
  setValue,
  takeBook,
} from '../library/store.js';
import { describeError } from './faults.js';
import { notify } from './notices.js';
import { settings } from './settings.js';
import { onNews, tell } from './tabs.js';

export interface Shelved {
  book: BookRecord;
  position: Position | null;
}

export interface Arrival {
  id: number;
  name: string;
  progress: number;
  /** Why it failed. */
  fault: string | null;
  code: string;
  cancel: () => void;
}

export const shelf = signal<Shelved[] | null>(null);
export const arrivals = signal<Arrival[]>([]);
export const query = signal('');

onNews('shelf', () => void refreshShelf());

export const shown = computed(() => {
  const wanted = query.value.trim().toLowerCase();
  const found = (shelf.value ?? []).filter(({ book }) => `${book.title} ${book.author}`.toLowerCase().includes(wanted));
  const recent = ({ book, position }: Shelved) => position?.at ?? book.added;
  const { sort, language } = settings.value;
  const compare = new Intl.Collator(language === 'auto' ? undefined : language).compare;
  const orders = {
    recent: (a: Shelved, b: Shelved) => recent(b) - recent(a),
    added: (a: Shelved, b: Shelved) => b.book.added - a.book.added,
    title: (a: Shelved, b: Shelved) => compare(a.book.title, b.book.title),
    author: (a: Shelved, b: Shelved) => compare(a.book.author, b.book.author),
  };
  return found.toSorted(orders[sort]);
});

export const latest = computed(() => {
  const read = (shelf.value ?? []).filter(({ position }) => position !== null);
  return read.toSorted((a, b) => (b.position?.at ?? 0) - (a.position?.at ?? 0))[0] ?? null;
});

export async function refreshShelf(): Promise<void> {
  try {
    shelf.value = await listBooks();
  } catch (error) {
    shelf.value ??= [];
    notify({ kind: 'error', ...describeError(error, 'E_STORE') });
  }
}

/** At the start: what belongs to no book, because a tab was closed in the middle of something, goes. */
export async function tidy(): Promise<void> {
  // Another tab may be bringing a book in: only one that is alone tidies up.
  await navigator.locks?.request('langdu-reader-import', { ifAvailable: true }, async (lock) => {
    if (lock) for (const id of await orphans(arriving)) await clear(id);
  });
}

/** What is kept of an audiobook that is being made: its order, under this key, and its files. */
export const audiobookKey = (id: string) => `audiobook:${id}`;

export async function forgetAudiobook(id: string): Promise<void> {
  const order = await getValue(audiobookKey(id));
  if (!order) return;
  const { removeFolder } = await import('../export/files.js');
  await removeFolder(id);
  await setValue(audiobookKey(id), null);
}

/** Everything of a book that is not on the shelf, its audiobook too. */
async function clear(id: string): Promise<void> {
  await removeParts(id);
  await forgetAudiobook(id);
}

let last = 0;

/** Brings files in, one after the other; resolves with the books that have arrived. */
export async function addFiles(files: File[]): Promise<BookRecord[]> {
  const waiting = files.map((file) => {
    last += 1;
    const abort = new AbortController();
    const id = last;
    const arrival: Arrival = { id, name: file.name, progress: 0, fault: null, code: '', cancel: () => abort.abort() };
    return { file, abort, arrival };
  });
  arrivals.value = [...arrivals.value, ...waiting.map(({ arrival }) => arrival)];
  const added: BookRecord[] = [];
  for (const { file, abort, arrival } of waiting) {
    const book = await bring(file, abort, arrival);
    if (book) added.push(book);
  }
  return added;
}

async function bring(file: File, abort: AbortController, { id }: Arrival): Promise<BookRecord | null> {
  const update = (change: Partial<Arrival>) => {
    arrivals.value = arrivals.value.map((arrival) => (arrival.id === id ? { ...arrival, ...change } : arrival));
  };
  try {
    const work = () => importBook(file, { signal: abort.signal, onProgress: (progress) => update({ progress }) });
    const book = await (navigator.locks
      ? navigator.locks.request('langdu-reader-import', { mode: 'shared' }, work)
      : work());
    removeArrival(id);
    await changed();
    return book;
  } catch (error) {
    if (abort.signal.aborted) removeArrival(id);
    else {
      const { text, code } = describeError(error, 'E_BOOK_BROKEN');
      update({ fault: text, code });
    }
    return null;
  }
}

export function removeArrival(id: number): void {
  arrivals.value = arrivals.value.filter((arrival) => arrival.id !== id);
}

/** Tells the other tabs as well. */
export async function changed(): Promise<void> {
  tell('shelf');
  await refreshShelf();
}

/** The book comes back while the message is there. */
export async function removeBook(id: string): Promise<void> {
  const book = await takeBook(id);
  if (!book) return;
  await changed();
  let undone = false;
  notify({
    kind: 'info',
    text: t('library.removed', { title: book.title }),
    action: {
      label: t('action.undo'),
      run: () => {
        undone = true;
        void putBook(book).then(changed);
      },
    },
  });
  setTimeout(async () => {
    // It may have come back in another way.
    if (!undone && !(await getBook(id))) await clear(id);
  }, 9000);
}

/** Reads a book's own file again, with other settings. */
export async function reimport(book: BookRecord): Promise<BookRecord | null> {
  const file = await getSource(book);
  if (!file) return null;
  const made = await importBook(file, { becomes: book });
  await changed();
  return made;
}

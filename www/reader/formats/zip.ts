/** Archives, opened with limits: what unpacks to more than a book can be is not unpacked. */
import { BlobReader, configure, type Entry, type FileEntry, ZipReader } from '@zip.js/zip.js/index-native.js';
import { BookError } from '../text/book.js';

configure({ useWebWorkers: false });

const LARGEST_FILE = 64 * 1024 * 1024;
const LARGEST_ALL = 1024 * 1024 * 1024;

export interface Archive {
  names: string[];
  text(name: string): Promise<string | null>;
  blob(name: string): Promise<Blob | null>;
  size(name: string): number;
}

export async function openArchive(file: Blob): Promise<Archive> {
  let entries: Entry[];
  try {
    entries = await new ZipReader(new BlobReader(file)).getEntries();
  } catch (error) {
    throw new BookError('E_BOOK_BROKEN', String(error));
  }
  if (entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0) > LARGEST_ALL) {
    throw new BookError('E_BOOK_TOO_LARGE', 'The archive unpacks to more than a book can be');
  }
  const files = new Map(
    entries.filter((entry): entry is FileEntry => !entry.directory).map((entry) => [entry.filename, entry]),
  );
  const blob = async (name: string): Promise<Blob | null> => {
    const entry = files.get(name);
    return entry ? unpack(entry) : null;
  };
  return {
    names: [...files.keys()],
    size: (name) => files.get(name)?.uncompressedSize ?? 0,
    blob,
    text: async (name) => (await blob(name))?.text() ?? null,
  };
}

/** What an entry says of its size may be untrue: bytes are counted as they come. */
async function unpack(entry: FileEntry): Promise<Blob> {
  if (entry.encrypted) throw new BookError('E_BOOK_LOCKED', `${entry.filename} is encrypted`);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const sink = new WritableStream<Uint8Array<ArrayBuffer>>({
    write(part) {
      size += part.byteLength;
      if (size > LARGEST_FILE) throw new BookError('E_BOOK_TOO_LARGE', `${entry.filename} is too large`);
      parts.push(part);
    },
  });
  try {
    await entry.getData(sink);
  } catch (error) {
    if (error instanceof BookError) throw error;
    if (size > LARGEST_FILE) throw new BookError('E_BOOK_TOO_LARGE', `${entry.filename} is too large`);
    throw new BookError('E_BOOK_BROKEN', `${entry.filename}: ${String(error)}`);
  }
  return new Blob(parts);
}

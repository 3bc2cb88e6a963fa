/** What is dropped on the app: books, or a voice. */
import { go } from '../../router.js';
import { chooseVoice } from '../../state/desk.js';
import { addFiles } from '../../state/shelf.js';

/** One book is opened at once; several stay on the shelf. A voice pack is no book: it reads from then on. */
export async function openFiles(files: File[]): Promise<void> {
  if (await isVoice(files)) {
    await chooseVoice({ pack: files }).catch(() => undefined);
    return;
  }
  const books = await addFiles(files);
  const [only] = books;
  if (files.length === 1 && only) go({ view: 'book', id: only.id });
}

async function isVoice(files: File[]): Promise<boolean> {
  if (files.some(({ name }) => name === 'voice.json')) return true;
  const [file] = files;
  if (files.length !== 1 || !file || !/\.zip$/i.test(file.name)) return false;
  const { openArchive } = await import('../../formats/zip.js');
  // A broken archive that is called a zip is looked at as a voice: no book is called so.
  const names = await openArchive(file).then(
    ({ names }) => names,
    () => ['voice.json'],
  );
  return names.some((name) => /(?:^|\/)voice\.json$/.test(name));
}

/** The files dropped, or those in the folders dropped. */
export async function filesOf(transfer: DataTransfer): Promise<File[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry());
  const files = [...transfer.files];
  const folders = entries.filter((entry) => entry?.isDirectory) as FileSystemDirectoryEntry[];
  if (folders.length === 0) return files;
  return (await Promise.all(folders.map(filesIn))).flat();
}

async function filesIn(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const reader = folder.createReader();
  const inside: File[] = [];
  for (;;) {
    // A browser hands out a folder's entries a hundred at a time.
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return inside;
    for (const entry of batch) {
      if (!entry.isFile) continue;
      inside.push(await new Promise((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)));
    }
  }
}

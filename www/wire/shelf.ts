/** The voices that people brought along, kept in the file system that the browser gives to this origin. */
import { LangduError } from './errors.js';
import { fileOf, GRAPHS, MANIFEST, readVoice, type VoiceFiles } from './voice.js';

const FOLDER = 'voices';
/** Marks a voice's folder, so that no name of a voice can be one that the file system doesn't take. */
const SUFFIX = '.voice';

/** Names of the kept voices, in order. None where the browser keeps nothing. */
export async function listVoices(): Promise<string[]> {
  try {
    const names: string[] = [];
    for await (const [name, handle] of (await shelf()).entries()) {
      if (handle instanceof FileSystemDirectoryHandle && name.endsWith(SUFFIX) && (await has(handle, MANIFEST))) {
        names.push(decodeURIComponent(name.slice(0, -SUFFIX.length)));
      }
    }
    return names.sort();
  } catch {
    return [];
  }
}

/** Forgets a kept voice; does nothing if there is none of this name. */
export async function removeVoice(name: string): Promise<void> {
  try {
    await (await shelf()).removeEntry(folderOf(name), { recursive: true });
  } catch (error) {
    if (!isMissing(error)) throw lost(error);
  }
}

/** The files of a kept voice, null if there is none of this name. */
export async function takeVoice(name: string): Promise<VoiceFiles | null> {
  try {
    const folder = await (await shelf()).getDirectoryHandle(folderOf(name));
    if (!(await has(folder, MANIFEST))) return null;
    return await readVoice(async (path) => {
      const file = await (await folder.getFileHandle(path)).getFile();
      return new Uint8Array(await file.arrayBuffer());
    }, fileOf);
  } catch {
    return null;
  }
}

/** Keeps a voice, in place of one of the same name. Rejects with `E_VOICE_STORE`. */
export async function keepVoice(name: string, { manifest, graphs }: VoiceFiles): Promise<void> {
  try {
    const folder = await (await shelf()).getDirectoryHandle(folderOf(name), { create: true });
    // The manifest comes last and goes first: a folder without one is no voice.
    await folder.removeEntry(MANIFEST).catch(() => undefined);
    for (const graph of GRAPHS) await write(folder, fileOf(graph), graphs[graph] as Uint8Array<ArrayBuffer>);
    await write(folder, MANIFEST, new TextEncoder().encode(manifest));
  } catch (error) {
    throw lost(error);
  }
}

async function shelf(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(FOLDER, { create: true });
}

function folderOf(name: string): string {
  return encodeURIComponent(name) + SUFFIX;
}

async function has(folder: FileSystemDirectoryHandle, name: string): Promise<boolean> {
  return folder.getFileHandle(name).then(
    () => true,
    () => false,
  );
}

async function write(folder: FileSystemDirectoryHandle, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const file = await folder.getFileHandle(name, { create: true });
  const writable = await file.createWritable();
  await writable.write(bytes);
  await writable.close();
}

function isMissing(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NotFoundError';
}

function lost(error: unknown): LangduError {
  return new LangduError('E_VOICE_STORE', `The browser could not keep the voice: ${error}`);
}

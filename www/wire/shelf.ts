/** The voices that people brought along, kept in the file system that the browser gives to this origin. */
import { LangduError } from './errors.js';
import { fileOf, GRAPHS, MANIFEST, readVoice, type VoiceFiles } from './voice.js';

const FOLDER = 'voices';
/**
 * Marks a voice's folder: its name, written so that the file system takes it, perhaps which time it was kept, and the suffix.
 * A folder without a manifest is no voice, or not one yet.
 */
const SUFFIX = '.voice';
const TIME = '@';

/** Names of the kept voices, in order. None where the browser keeps nothing. */
export async function listVoices(): Promise<string[]> {
  try {
    return [...new Set((await folders()).filter(({ whole }) => whole).map(({ voice }) => voice))].sort();
  } catch {
    return [];
  }
}

/** Forgets a kept voice; does nothing if there is none of this name. Rejects with `E_VOICE_STORE`. */
export async function removeVoice(name: string): Promise<void> {
  try {
    await remove(await of(name));
  } catch (error) {
    throw new LangduError('E_VOICE_STORE', `The browser could not remove the voice: ${error}`);
  }
}

/** The files of a kept voice, null if there is none of this name. */
export async function takeVoice(name: string): Promise<VoiceFiles | null> {
  try {
    const found = (await of(name)).filter(({ whole }) => whole).at(-1);
    if (!found) return null;
    return await readVoice(async (path) => {
      const file = await (await found.handle.getFileHandle(path)).getFile();
      return new Uint8Array(await file.arrayBuffer());
    }, fileOf);
  } catch {
    return null;
  }
}

/**
 * Keeps a voice, in place of one of the same name once all of it is there. Rejects with `E_VOICE_STORE`; then nothing of it
 * is left, and the other stays.
 */
export async function keepVoice(name: string, { manifest, graphs }: VoiceFiles): Promise<void> {
  const folder = `${encodeURIComponent(name)}${TIME}${Date.now()}${SUFFIX}`;
  try {
    const before = await of(name);
    const handle = await (await shelf()).getDirectoryHandle(folder, { create: true });
    for (const graph of GRAPHS) await write(handle, fileOf(graph), graphs[graph] as Uint8Array<ArrayBuffer>);
    // The manifest comes last.
    await write(handle, MANIFEST, new TextEncoder().encode(manifest));
    await remove(before);
  } catch (error) {
    await shelf()
      .then((shelf) => shelf.removeEntry(folder, { recursive: true }))
      .catch(() => undefined);
    throw new LangduError('E_VOICE_STORE', `The browser could not keep the voice: ${error}`);
  }
}

interface Folder {
  voice: string;
  path: string;
  handle: FileSystemDirectoryHandle;
  whole: boolean;
}

async function shelf(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(FOLDER, { create: true });
}

/** All folders of voices, those kept last at the end. */
async function folders(): Promise<Folder[]> {
  const found: Folder[] = [];
  for await (const [path, handle] of (await shelf()).entries()) {
    if (!(handle instanceof FileSystemDirectoryHandle) || !path.endsWith(SUFFIX)) continue;
    const [name = ''] = path.slice(0, -SUFFIX.length).split(TIME);
    found.push({ voice: decodeURIComponent(name), path, handle, whole: await has(handle, MANIFEST) });
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function of(name: string): Promise<Folder[]> {
  return (await folders()).filter(({ voice }) => voice === name);
}

async function remove(folders: Folder[]): Promise<void> {
  for (const { path, handle } of folders) {
    // Without it, what another page can't let go of yet is no voice any more.
    await handle.removeEntry(MANIFEST).catch(() => undefined);
    await (await shelf()).removeEntry(path, { recursive: true });
  }
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

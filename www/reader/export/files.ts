/** The folder of an audiobook that is being made, in the browser's own file system. */

const ROOT = 'audiobooks';

async function folder(id: string): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  const all = await root.getDirectoryHandle(ROOT, { create: true });
  return all.getDirectoryHandle(id, { create: true });
}

export async function openToWrite(
  id: string,
  name: string,
  keepExistingData = false,
): Promise<FileSystemWritableFileStream> {
  const handle = await (await folder(id)).getFileHandle(name, { create: true });
  return handle.createWritable({ keepExistingData });
}

export async function readBack(id: string, name: string): Promise<File> {
  return (await (await folder(id)).getFileHandle(name)).getFile();
}

export async function removeFile(id: string, name: string): Promise<void> {
  await (await folder(id)).removeEntry(name).catch(() => undefined);
}

export async function removeFolder(id: string): Promise<void> {
  const root = await navigator.storage.getDirectory();
  const all = await root.getDirectoryHandle(ROOT, { create: true });
  await all.removeEntry(id, { recursive: true }).catch(() => undefined);
}

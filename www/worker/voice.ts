/** Where the files of a voice come from. Hashes and contents are checked by the engine. */
import { LangduError } from '../wire/errors.js';
import { fileOf, GRAPHS, type Graph, MANIFEST, parseManifest, readVoice, type VoiceFiles } from '../wire/voice.js';

export async function fetchVoice(
  folder: URL,
  onProgress: (loaded: number, total: number) => void,
): Promise<VoiceFiles> {
  const response = await request(new URL(MANIFEST, folder), 'E_VOICE_UNKNOWN');
  const manifest = await response.text();
  const { files = {} } = parseManifest(manifest);
  const total = GRAPHS.reduce((sum, graph) => sum + (files[graph]?.bytes ?? 0), 0);
  let loaded = 0;
  const fetched = await Promise.all(
    GRAPHS.map(async (graph) => {
      const path = files[graph]?.path ?? fileOf(graph);
      const bytes = await download(new URL(path, folder), (count) => {
        loaded += count;
        onProgress(loaded, total);
      });
      return [graph, bytes] as const;
    }),
  );
  return { manifest, graphs: Object.fromEntries(fetched) as Record<Graph, Uint8Array> };
}

/** Whether the site has a voice in this folder. One that answers everything by a page has not. */
export async function isOnSite(folder: URL): Promise<boolean> {
  try {
    const response = await fetch(new URL(MANIFEST, folder));
    return response.ok && parseManifest(await response.text()).files !== undefined;
  } catch {
    return false;
  }
}

/** A voice as a person has it: one zip archive, or the files of a folder. */
export async function openPack(pack: File[], unzip: (archive: Uint8Array) => VoiceFiles): Promise<VoiceFiles> {
  const bytes = async (file: File) => new Uint8Array(await file.arrayBuffer());
  if (pack.length === 1 && pack[0]) return unzip(await bytes(pack[0]));
  return readVoice((path) => {
    const file = pack.find(({ name }) => name === path);
    if (!file) throw new LangduError('E_VOICE_MISSING', `The voice has no file ${path}`);
    return bytes(file);
  });
}

/** Samples per second of a voice. */
export function sampleRateOf({ manifest }: VoiceFiles): number {
  return Number(parseManifest(manifest).sample_rate);
}

/** SHA-256 of every graph in hexadecimal; none where the page is not secure and the browser computes none. */
export async function digest({ graphs }: VoiceFiles): Promise<string[]> {
  if (!globalThis.crypto?.subtle) return [];
  const digests = GRAPHS.map((graph) => crypto.subtle.digest('SHA-256', graphs[graph] as Uint8Array<ArrayBuffer>));
  return (await Promise.all(digests)).map((digest) =>
    Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join(''),
  );
}

async function request(url: URL, code: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch {
    throw new LangduError('E_NETWORK', `${url.pathname} could not be fetched`);
  }
  if (!response.ok) throw new LangduError(code, `${url.pathname}: ${response.status} ${response.statusText}`);
  return response;
}

async function download(url: URL, onBytes: (count: number) => void): Promise<Uint8Array> {
  const response = await request(url, 'E_VOICE_MISSING');
  const parts: Uint8Array[] = [];
  const reader = response.body?.getReader();
  try {
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true };
      if (done || !value) break;
      parts.push(value);
      onBytes(value.length);
    }
  } catch {
    throw new LangduError('E_VOICE_TRUNCATED', `${url.pathname}: the connection broke off`);
  }
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

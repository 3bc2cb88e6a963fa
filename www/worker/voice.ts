/** Where the files of a voice come from, and those of the texts. Hashes and contents are checked by the engine. */
import { LangduError } from '../wire/errors.js';
import { fetchManifest, request } from '../wire/request.js';
import { fileOf, GRAPHS, type Graph, parseManifest, readVoice, type VoiceFiles } from '../wire/voice.js';
import { openArchive } from './archive.js';
import { joined } from './bytes.js';

/** A voice whose digests are computed while its other files arrive. */
export interface FetchedVoice extends VoiceFiles {
  digests?: Record<Graph, Promise<string>>;
}

/** Fetches the files that a manifest names. */
export async function fetchGraphs(
  locate: (path: string) => URL,
  manifest: string,
  onProgress: (loaded: number, total: number) => void,
): Promise<FetchedVoice> {
  const { files = {} } = parseManifest(manifest);
  const total = GRAPHS.reduce((sum, graph) => sum + (files[graph]?.bytes ?? 0), 0);
  let loaded = 0;
  const fetched = await Promise.all(
    GRAPHS.map(async (graph) => {
      const path = files[graph]?.path ?? fileOf(graph);
      const bytes = await download(locate(path), (count) => {
        loaded += count;
        onProgress(loaded, total);
      });
      return { graph, bytes, digest: digest(bytes) };
    }),
  );
  const each = <T>(value: (file: (typeof fetched)[number]) => T) =>
    Object.fromEntries(fetched.map((file) => [file.graph, value(file)])) as Record<Graph, T>;
  return { manifest, graphs: each(({ bytes }) => bytes), digests: each(({ digest }) => digest) };
}

/** Whether the site has a voice there. */
export async function isOnSite(locate: (path: string) => URL): Promise<boolean> {
  return fetchManifest(locate).then(isManifest, () => false);
}

/** Whether this is a manifest, and not what a server answers to any name. */
export function isManifest(manifest: string): boolean {
  return parseManifest(manifest).files !== undefined;
}

/** A voice as a person has it: one zip archive, or the files of a folder. */
export async function openPack(pack: File[]): Promise<VoiceFiles> {
  const bytes = async (file: File) => new Uint8Array(await file.arrayBuffer());
  if (pack.length === 1 && pack[0]) return openArchive(await bytes(pack[0]));
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

/** SHA-256 of a graph in hexadecimal; nothing where the page is not secure and the browser computes none. */
async function digest(graph: Uint8Array): Promise<string> {
  if (!globalThis.crypto?.subtle) return '';
  const digest = await crypto.subtle.digest('SHA-256', graph as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The digests of all graphs, or none. */
export async function digests({ graphs, digests: begun }: FetchedVoice): Promise<string[]> {
  const all = await Promise.all(GRAPHS.map((graph) => begun?.[graph] ?? digest(graphs[graph])));
  return all.every((digest) => digest) ? all : [];
}

/** What an engine of this build reads texts by. */
export function fetchText(url: string): Promise<Uint8Array> {
  return download(new URL(url), () => undefined, { missing: 'E_FILE_MISSING', truncated: 'E_NETWORK' });
}

/** The codes of a file of a voice. */
const VOICE_CODES = { missing: 'E_VOICE_MISSING', truncated: 'E_VOICE_TRUNCATED' };

async function download(url: URL, onBytes: (count: number) => void, codes = VOICE_CODES): Promise<Uint8Array> {
  const response = await request(url, codes.missing);
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
    throw new LangduError(codes.truncated, `${url}: the connection broke off`);
  }
  return joined(parts);
}

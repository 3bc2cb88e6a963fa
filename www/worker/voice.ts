/** Where the files of a voice come from, and those of the texts. Hashes and contents are checked by the engine. */
import { LangduError } from '../wire/errors.js';
import { fetchManifest, request } from '../wire/request.js';
import { fileOf, GRAPHS, type Graph, parseManifest, readVoice, type VoiceFiles } from '../wire/voice.js';
import { openArchive } from './archive.js';
import { joined } from './bytes.js';

/** A voice whose files may still be on their way. */
export interface ArrivingVoice {
  manifest: string;
  graphs: Record<Graph, Promise<Uint8Array>>;
}

/** One whose files are all there. */
export function arrived({ manifest, graphs }: VoiceFiles): ArrivingVoice {
  return { manifest, graphs: each((graph) => Promise.resolve(graphs[graph])) };
}

/** Begins to fetch the files that a manifest names. */
export function fetchGraphs(
  locate: (path: string) => URL,
  manifest: string,
  onProgress: (loaded: number, total: number) => void,
): ArrivingVoice {
  const { files = {} } = parseManifest(manifest);
  const total = GRAPHS.reduce((sum, graph) => sum + (files[graph]?.bytes ?? 0), 0);
  let loaded = 0;
  const fetched = (graph: Graph) =>
    download(locate(files[graph]?.path ?? fileOf(graph)), (count) => {
      loaded += count;
      onProgress(loaded, total);
    });
  return { manifest, graphs: each(fetched) };
}

function each(graph: (graph: Graph) => Promise<Uint8Array>): Record<Graph, Promise<Uint8Array>> {
  return Object.fromEntries(GRAPHS.map((name) => [name, graph(name)])) as Record<Graph, Promise<Uint8Array>>;
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
export function sampleRateOf({ manifest }: ArrivingVoice): number {
  return Number(parseManifest(manifest).sample_rate);
}

/** SHA-256 of a graph in hexadecimal; nothing where the page is not secure and the browser computes none. */
export async function digest(graph: Uint8Array): Promise<string | undefined> {
  if (!globalThis.crypto?.subtle) return undefined;
  const digest = await crypto.subtle.digest('SHA-256', graph as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
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

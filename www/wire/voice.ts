/** The files a voice consists of, wherever they come from. */
import { LangduError } from './errors.js';

export const GRAPHS = ['encoder', 'prosody', 'duration', 'decoder', 'postnet', 'vocoder'] as const;
export type Graph = (typeof GRAPHS)[number];
export const MANIFEST = 'voice.json';

export interface VoiceFiles {
  manifest: string;
  graphs: Record<Graph, Uint8Array>;
}

export interface Manifest {
  sample_rate?: number;
  files?: Partial<Record<Graph, { path?: string; bytes?: number }>>;
}

/** Gathers a voice; `name` says which file a graph is, where it isn't the one that the manifest names. */
export async function readVoice(
  read: (path: string) => Promise<Uint8Array>,
  name?: (graph: Graph) => string,
): Promise<VoiceFiles> {
  const manifest = new TextDecoder().decode(await read(MANIFEST));
  const { files = {} } = parseManifest(manifest);
  const graphs: Partial<Record<Graph, Uint8Array>> = {};
  for (const graph of GRAPHS) graphs[graph] = await read(name?.(graph) ?? files[graph]?.path ?? fileOf(graph));
  return { manifest, graphs: graphs as Record<Graph, Uint8Array> };
}

/** The usual name of a graph's file. */
export function fileOf(graph: Graph): string {
  return `${graph}.onnx`;
}

/** Where the files of a voice lie: under their own names beside `url`, or where `files` says. */
export function placed(url: string, files?: Readonly<Record<string, string>>): (path: string) => URL {
  return (path) => new URL(files?.[path] ?? path, url);
}

/** What the browser needs to know of `voice.json`. Throws `E_VOICE_FORMAT`; the engine looks closer. */
export function parseManifest(manifest: string): Manifest {
  try {
    return JSON.parse(manifest) as Manifest;
  } catch {
    throw new LangduError('E_VOICE_FORMAT', 'voice.json is not JSON');
  }
}

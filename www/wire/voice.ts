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

/**
 * Gathers a voice; `read` is told how many bytes a graph's file should have. `name` says which file a graph is, where it isn't the
 * one that the manifest names.
 */
export async function readVoice(
  read: (path: string, bytes?: number) => Promise<Uint8Array>,
  name?: (graph: Graph) => string,
): Promise<VoiceFiles> {
  const manifest = new TextDecoder().decode(await read(MANIFEST));
  const { files = {} } = parseManifest(manifest);
  const graphs: Partial<Record<Graph, Uint8Array>> = {};
  for (const graph of GRAPHS) {
    const { path = fileOf(graph), bytes } = files[graph] ?? {};
    graphs[graph] = await read(name?.(graph) ?? path, Number(bytes) || 0);
  }
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
  let parsed: unknown;
  try {
    parsed = JSON.parse(manifest);
  } catch {
    throw new LangduError('E_VOICE_FORMAT', 'voice.json is not JSON');
  }
  if (!isObject(parsed) || !isObject(parsed.files ?? {})) {
    throw new LangduError('E_VOICE_FORMAT', 'voice.json is not the description of a voice');
  }
  return parsed;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

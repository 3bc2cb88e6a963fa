/** The addresses of everything that is loaded, from what the caller says and what the build knows. */
import { home } from '#home';
import { LangduError } from '../wire/errors.js';
import type { EngineFiles, WantedVoice } from '../wire/messages.js';
import { type Build, chooseBuild } from './builds.js';
import { inlined } from './diagnosis.js';

/** A voice's package: what `import voice from '@langdu/voice-…'` gives. */
export interface VoicePackage {
  name: string;
  /** Addresses of its files, by their names. */
  files: Readonly<Record<string, string>>;
}

/** What a build knows of its own files; null where they lie beside each other under their own names. */
export interface Home {
  base(): URL | null;
  engine(build: Build): EngineFiles | null;
  player(): string | null;
  voice: VoicePackage | null;
}

export interface Files {
  engine: EngineFiles;
  player: string;
  voice: WantedVoice;
}

export interface Wanted {
  voice?: string | VoicePackage | undefined;
  voiceUrl?: string | URL | undefined;
  pack?: File[] | undefined;
  baseUrl?: string | URL | undefined;
}

/** The voice that is spoken with where none is named. */
const DEFAULT_VOICE = 'xiaolang';

/** Throws `E_OPTION_FORMAT` for what is no address, `E_WASM_SIMD` where no build runs, `E_FILE_INLINED` where a worker is no file. */
export function locate({ voice = DEFAULT_VOICE, voiceUrl, pack, baseUrl }: Wanted): Files {
  const build = chooseBuild();
  const base = baseUrl === undefined ? home.base() : folder(baseUrl, 'baseUrl');
  const own = (baseUrl === undefined && home.engine(build)) || null;
  const inside = own && (inlined(own.worker) ?? inlined(own.vocoder));
  if (inside) throw inside;
  const player = (baseUrl === undefined && home.player()) || null;
  const folderOfBuild = build === 'relaxed' ? 'relaxed/' : '';
  const at = (path: string) => new URL(path, base ?? document.baseURI).href;
  return {
    // Some bundlers give addresses without an origin.
    engine: (own && (absolute({ ...own }) as unknown as EngineFiles)) ?? {
      worker: at(`${folderOfBuild}worker.js`),
      vocoder: at(`${folderOfBuild}vocoder.js`),
      wasm: at(`${folderOfBuild}engine_bg.wasm`),
      text: at('text.bin'),
    },
    player: player ? new URL(player, document.baseURI).href : at('player.worklet.js'),
    voice: {
      ...locateVoice(voice, voiceUrl, base),
      ...(pack && { pack }),
      site: { folder: base && new URL('voices/', base).href, own: home.voice?.name ?? null },
    },
  };
}

function locateVoice(
  voice: string | VoicePackage,
  voiceUrl: string | URL | undefined,
  base: URL | null,
): Omit<WantedVoice, 'site'> {
  if (typeof voice === 'object' && voice !== null) {
    const { name, files } = voice;
    return { name: String(name), url: document.baseURI, files: absolute(files) };
  }
  if (typeof voice !== 'string') throw new LangduError('E_OPTION_FORMAT', 'voice must be a name or a voice package');
  if (voiceUrl !== undefined) return { name: voice, url: folder(voiceUrl, 'voiceUrl').href };
  if (base) return { name: voice, url: new URL(`voices/${encodeURIComponent(voice)}/`, base).href };
  if (voice === home.voice?.name) return locateVoice(home.voice, undefined, null);
  // The browser may keep one of this name.
  return { name: voice, url: null };
}

function absolute(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, url]) => [name, new URL(url, document.baseURI).href]));
}

function folder(given: string | URL, name: string): URL {
  try {
    const url = new URL(given, document.baseURI);
    if (!url.pathname.endsWith('/')) url.pathname += '/';
    return url;
  } catch {
    throw new LangduError('E_OPTION_FORMAT', `${name} is no address: ${given}`);
  }
}

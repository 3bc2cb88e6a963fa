/** Brings engine and voice together. */

import init, { Engine, type EngineChunk, EngineVoice, type InitOutput } from '#engine';
import { LangduError, toErrorMessage } from '../wire/errors.js';
import type { PageToWorker, VoiceInfo, WorkerToPage } from '../wire/messages.js';
import { watchPolicy } from '../wire/policy.js';
import { keepVoice, takeVoice } from '../wire/shelf.js';
import { VERSION } from '../wire/version.js';
import { GRAPHS, placed, type VoiceFiles } from '../wire/voice.js';
import { make, SecondWorker } from './second.js';
import { Store } from './store.js';
import {
  type ArrivingVoice,
  arrived,
  digest,
  fetchGraphs,
  fetchText,
  isManifest,
  isOnSite,
  openPack,
  sampleRateOf,
} from './voice.js';

export interface Loaded {
  engine: Engine;
  memory: WebAssembly.Memory;
  second: SecondWorker | null;
  store: Store;
  voice: VoiceInfo;
}

/** The run of a voice that is tried out before it is kept. */
const TRIAL = 0xffffffff;

type Wanted = Extract<PageToWorker, { type: 'load' }>;

/** Fetches the voice while the engine compiles, and joins them; the page fetches `manifest`, what the site has. Rejects with a coded error. */
export async function load(
  { version, files: { vocoder: url, text: textUrl }, voice: wanted, workers }: Wanted,
  module: Promise<WebAssembly.Module>,
  manifest: Promise<string>,
  tell: (message: WorkerToPage, transfer?: Transferable[]) => void,
): Promise<Loaded> {
  if (version !== VERSION)
    throw new LangduError('E_VERSION', `The worker is of build ${VERSION}, the page of ${version}`);
  watchPolicy();
  const text = fetchText(textUrl);
  // What the voice has wrong is said first.
  text.catch(() => undefined);
  const second = workers > 1 ? new SecondWorker(url) : null;
  const ready = module.then(start);
  ready.catch(() => undefined);
  const opened = ready.then(() => openStore(tell));
  opened.catch(() => undefined);
  const progress = (loaded: number, total: number) => tell({ type: 'loading', loaded, total });
  const given = wanted.pack && (await openPack(wanted.pack));
  const arriving = given ? arrived(given) : await find(wanted, manifest, progress);
  tell({ type: 'found', sampleRate: sampleRateOf(arriving) });
  const read = readGraphs(arriving, ready, second !== null);
  const vocoder = second && Promise.all([module, arriving.graphs.vocoder]);
  const voiced = vocoder?.then(([module, graph]) => second?.load(module, arriving.manifest, graph));
  // If the files are wrong, the engine says so better.
  voiced?.catch(() => undefined);
  const engine = new Engine(await read, await text);
  await voiced;
  const { memory } = await ready;
  const store = await opened;
  const voice = engine.info();
  if (given) {
    await tryOut(engine, second);
    await keep(voice.name, wanted, given, tell);
  }
  engine.setCache(store.cache);
  return { engine, memory, second, store, voice };
}

/** Reads each graph when it has come. */
async function readGraphs(
  { manifest, graphs }: ArrivingVoice,
  ready: Promise<InitOutput>,
  apart: boolean,
): Promise<EngineVoice> {
  const begun = ready.then(() => new EngineVoice(manifest, apart));
  const reading = GRAPHS.map(async (graph) => {
    const file = await graphs[graph];
    const hash = await digest(file);
    (await begun).read(graph, file, hash);
  });
  await Promise.all([begun, ...reading]);
  return begun;
}

function openStore(tell: (message: WorkerToPage, transfer?: Transferable[]) => void): Store {
  const store = new Store(tell);
  store.open();
  return store;
}

function whereabouts({ name, url, files }: Wanted['voice']): (path: string) => URL {
  if (url === null) {
    throw new LangduError(
      'E_VOICE_UNKNOWN',
      `There is no voice ${name}: install its package and load it with { voice: (await import('@langdu/voice-${name}')).default }, or name voiceUrl`,
    );
  }
  return placed(url, files);
}

/** Fails with `E_VERSION` where the engine is of another build than this file. */
async function start(module: WebAssembly.Module): Promise<InitOutput> {
  try {
    return await init({ module_or_path: module });
  } catch (error) {
    if (error instanceof WebAssembly.LinkError || error instanceof TypeError) {
      throw new LangduError('E_VERSION', `The engine is not of build ${VERSION}: ${error.message}`);
    }
    throw error;
  }
}

/** The site's voice of this name, or else one that the browser keeps. */
async function find(
  wanted: Wanted['voice'],
  manifest: Promise<string>,
  onProgress: (loaded: number, total: number) => void,
): Promise<ArrivingVoice> {
  const locate = wanted.url === null ? null : whereabouts(wanted);
  const site = locate && (await manifest.catch((error: LangduError) => error));
  if (locate && typeof site === 'string' && (wanted.files || isManifest(site))) {
    return fetchGraphs(locate, site, onProgress);
  }
  const kept = wanted.files ? null : await takeVoice(wanted.name);
  if (kept) return arrived(kept);
  if (site instanceof LangduError) throw site;
  return fetchGraphs(locate ?? whereabouts(wanted), site ?? '', onProgress);
}

/** Lets a voice speak to nobody. Throws where it can't. */
async function tryOut(engine: Engine, second: SecondWorker | null): Promise<void> {
  engine.start(TRIAL, '今天天气不错，早上好！', {}, {});
  let chunk: EngineChunk | undefined;
  do chunk = await make(engine, second, TRIAL);
  while (chunk && !chunk.last);
  engine.cancel(TRIAL);
  second?.cancel(TRIAL);
}

/** Keeps a voice. One that can't be kept, or has the name of one of the site's own, speaks all the same. */
async function keep(
  name: string,
  { site }: Wanted['voice'],
  files: VoiceFiles,
  tell: (message: WorkerToPage) => void,
): Promise<void> {
  const folder = site.folder && new URL(`${encodeURIComponent(name)}/`, site.folder);
  try {
    if (name === site.own || (folder && (await isOnSite((path) => new URL(path, folder))))) {
      throw new LangduError('E_VOICE_STORE', `The site has a voice ${name} of its own`);
    }
    await keepVoice(name, files);
  } catch (error) {
    tell({ type: 'uncached', error: toErrorMessage(error) });
  }
}

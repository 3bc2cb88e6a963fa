/**
 * The worker: loads the engine and the voice, then makes sound for one job at a time, chunk by chunk. Between chunks it
 * returns to its event loop, so that a cancel is obeyed within one chunk.
 */

import { LangduError, toErrorMessage } from '../wire/errors.js';
import type {
  PageToWorker,
  PlayerToWorker,
  Question,
  SpeechOptions,
  WorkerToPage,
  WorkerToPlayer,
} from '../wire/messages.js';
import { keepVoice, takeVoice } from '../wire/shelf.js';
import { GRAPHS, type VoiceFiles } from '../wire/voice.js';
import { Ahead } from './ahead.js';
import init, { Engine, type EngineChunk, type InitOutput, VoicePack } from './engine.js';
import { SecondWorker } from './second.js';
import { Store } from './store.js';
import { digest, fetchVoice, isOnSite, openPack, sampleRateOf } from './voice.js';

/** How far the player's queue is filled ahead of what is heard, in seconds. */
const AHEAD = 10;
/** Chunks of a job that may be on their way to the page unread. */
const PAGE_CREDIT = 2;

/** The job of a voice that is tried out before it is kept. */
const TRIAL = 0xffffffff;
/** Chunks of a job that may be in the second worker. */
const DRAFTS = 2;
/** Name of the measures of jobs. */
const FIRST_SOUND = 'langdu: first sound';

interface Job {
  id: number;
  sink: 'player' | 'page';
  credit: number;
  totalMs: number;
  /** When it arrived, until its first sound is out, and how long it has waited for the store. */
  arrived: number | null;
  lookupMs: number;
  /** Chunks in the second worker, and whether no other will follow them. */
  drafts: number;
  drafted: boolean;
}

const jobs: Job[] = [];
/** Jobs and questions that arrived before the engine was ready. */
const waiting: Extract<PageToWorker, { type: 'start' }>[] = [];
const questions: Extract<PageToWorker, { type: 'question' }>[] = [];
let engine: Engine | null = null;
let second: SecondWorker | null = null;
let store: Store | null = null;
const ahead = new Ahead(async (lookup) => store?.wait(lookup), make);
let memory: WebAssembly.Memory;
let sampleRate = 0;
let player: MessagePort | null = null;
let sent = 0;
let drained = 0;
let running = false;
/** Whether there is something left to do before it is needed. */
let warming = true;
let takeModule: (module: WebAssembly.Module) => void;
const module = new Promise<WebAssembly.Module>((resolve) => {
  takeModule = resolve;
});

const tick = new MessageChannel();
const later: (() => void)[] = [];
tick.port1.onmessage = () => later.shift()?.();

/** Lets messages in, without the 4 ms that timers cost. */
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    later.push(resolve);
    tick.port2.postMessage(null);
  });
}

function tell(message: WorkerToPage, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}

addEventListener('message', ({ data }: MessageEvent<PageToWorker>) => {
  switch (data.type) {
    case 'load':
      void load(data);
      break;
    case 'engine':
      takeModule(data.module);
      break;
    case 'player':
      player = data.port;
      sent = 0;
      drained = 0;
      player.onmessage = ({ data }: MessageEvent<PlayerToWorker>) => {
        drained = data.drained;
        if (next()) void run();
      };
      break;
    case 'start':
      if (engine) start(engine, data);
      else waiting.push(data);
      break;
    case 'pull':
      for (const job of jobs) if (job.id === data.job) job.credit += 1;
      void run();
      break;
    case 'cancel':
      remove(data.job);
      break;
    case 'question':
      if (engine) void answer(engine, data);
      else questions.push(data);
      break;
  }
});

async function load({ baseUrl, voice: name, workers, pack }: Extract<PageToWorker, { type: 'load' }>): Promise<void> {
  try {
    second = workers > 1 ? new SecondWorker() : null;
    const folder = new URL(`voices/${encodeURIComponent(name)}/`, baseUrl);
    const ready = module.then((module) => init({ module_or_path: module }));
    const kept = pack ? ready.then(() => openPack(pack, unzip)) : takeKept(name, folder);
    const progress = (loaded: number, total: number) => tell({ type: 'loading', loaded, total });
    const files = await kept.then((kept) => kept ?? fetchVoice(folder, progress));
    tell({ type: 'fetched', sampleRate: sampleRateOf(files) });
    const digests = await digest(files);
    const cache = openCache(await ready);
    const graphs = GRAPHS.map((graph) => files.graphs[graph]);
    const vocoder = second?.load(await module, files.manifest, files.graphs.vocoder);
    // If the files are wrong, the engine says so better.
    vocoder?.catch(() => undefined);
    const loaded = new Engine(files.manifest, graphs, digests, second !== null);
    await Promise.all([cache.ready(), vocoder]);
    const voice = loaded.info();
    sampleRate = voice.sampleRate;
    if (pack) {
      await tryOut(loaded);
      await keep(voice.name, new URL(`voices/${encodeURIComponent(voice.name)}/`, baseUrl), files);
    }
    loaded.setCache(cache.cache);
    engine = loaded;
    tell({ type: 'ready', voice });
    for (const question of questions.splice(0)) void answer(engine, question);
    for (const message of waiting.splice(0)) start(engine, message);
    void run();
  } catch (error) {
    tell({ type: 'refused', error: toErrorMessage(error) });
  }
}

function unzip(archive: Uint8Array): VoiceFiles {
  const pack = VoicePack.unzip(archive);
  const graphs = Object.fromEntries(GRAPHS.map((graph) => [graph, pack.graph(graph)])) as VoiceFiles['graphs'];
  const { manifest } = pack;
  pack.free();
  return { manifest, graphs };
}

/** A kept voice, unless the site has one of this name. */
async function takeKept(name: string, folder: URL): Promise<VoiceFiles | null> {
  const files = await takeVoice(name);
  return files && (await isOnSite(folder)) ? null : files;
}

/** Lets a voice speak to nobody. Throws where it can't. */
async function tryOut(engine: Engine): Promise<void> {
  engine.start(TRIAL, '今天天气不错，早上好！', {}, {});
  let chunk: EngineChunk | undefined;
  do chunk = await make(engine, TRIAL);
  while (chunk && !chunk.last);
  engine.cancel(TRIAL);
  second?.cancel(TRIAL);
}

/** Keeps a voice. One that can't be kept, or has the name of one of the site's own, speaks all the same. */
async function keep(name: string, folder: URL, files: VoiceFiles): Promise<void> {
  try {
    if (await isOnSite(folder)) throw new LangduError('E_VOICE_STORE', `The site has a voice ${name} of its own`);
    await keepVoice(name, files);
  } catch (error) {
    tell({ type: 'uncached', error: toErrorMessage(error) });
  }
}

function openCache(wasm: InitOutput): Store {
  memory = wasm.memory;
  store = new Store(tell);
  store.open();
  return store;
}

function start(
  engine: Engine,
  { job, text, options, sink }: { job: number; text: string; options: SpeechOptions; sink: Job['sink'] },
): void {
  const begun = performance.now();
  try {
    const { ssml = false, lexicon = {}, ...manner } = options;
    engine.start(job, text, { ssml, lexicon }, manner);
  } catch (error) {
    fail(job, error);
    return;
  }
  const totalMs = performance.now() - begun;
  jobs.push({ id: job, sink, credit: PAGE_CREDIT, totalMs, arrived: begun, lookupMs: 0, drafts: 0, drafted: false });
  void run();
}

async function answer(
  engine: Engine,
  { request, question }: Extract<PageToWorker, { type: 'question' }>,
): Promise<void> {
  try {
    const value = await ask(engine, question);
    tell({ type: 'answer', request, value }, value instanceof Uint8Array ? [value.buffer] : []);
  } catch (error) {
    tell({ type: 'answer', request, error: toErrorMessage(error) });
  }
}

async function ask(engine: Engine, question: Question): Promise<unknown> {
  switch (question.ask) {
    case 'emotions':
      return engine.setEmotions(question.templates);
    case 'templates': {
      const made = ahead.add(engine, question.texts, question.emotions);
      void run();
      return made;
    }
    default:
      return store?.answer(question);
  }
}

/** Works until no job can go on: each either waits for the player to play, or for the page to read. */
async function run(): Promise<void> {
  if (running || !engine) return;
  running = true;
  for (let job = next(); job || warming || ahead.hasWork; job = next()) {
    if (job) await advance(engine, job);
    else if (warming) warmUp(engine);
    else await ahead.step(engine).catch(crash);
    void store?.save(false);
    await breathe();
    if (!engine) break;
  }
  running = false;
  void store?.save(true);
}

function warmUp(engine: Engine): void {
  try {
    warming = engine.warmUp();
  } catch (error) {
    crash(error);
  }
}

async function advance(loaded: Engine, job: Job): Promise<void> {
  const begun = performance.now();
  const lookup = loaded.lookAhead(job.id);
  if (lookup) await store?.wait(lookup);
  job.lookupMs += performance.now() - begun;
  // Meanwhile the job may have been cancelled, or the engine lost.
  if (engine && jobs.includes(job)) step(engine, job);
}

/** Speech goes before files; among equals, first come, first served. */
function next(): Job | undefined {
  const free = ({ drafts, drafted }: Job) => drafts < DRAFTS && !drafted;
  const speech = jobs.find((job) => job.sink === 'player');
  if (speech && free(speech) && player && sent - drained < AHEAD * sampleRate) return speech;
  return jobs.find((job) => job.sink === 'page' && free(job) && job.credit > job.drafts);
}

function step(engine: Engine, job: Job): void {
  try {
    const left = job.sink === 'player' ? (sent - drained) / sampleRate : undefined;
    if (second) draft(engine, second, job, left);
    else
      deliver(
        engine,
        job,
        timed(job, () => engine.next(job.id, left)),
      );
  } catch (error) {
    abandon(job, error);
  }
}

/** Adds the time of some work to that of the job. */
function timed<T>(job: Job, work: () => T): T {
  const begun = performance.now();
  const result = work();
  job.totalMs += performance.now() - begun;
  return result;
}

/** The acoustic model's part of the next chunk; the second worker does the rest meanwhile. */
function draft(engine: Engine, second: SecondWorker, job: Job, left?: number): void {
  const mel = timed(job, () => engine.draft(job.id, left));
  job.drafted = !mel;
  if (!mel) return;
  job.drafts += 1;
  second
    .push(job.id, mel)
    .then(({ samples, ms }) => {
      job.drafts -= 1;
      job.totalMs += ms;
      // Meanwhile the job may have been cancelled; others may have waited behind it.
      if (jobs.includes(job)) {
        const chunk = timed(job, () => engine.finish(job.id, samples, ms));
        deliver(engine, job, chunk);
      }
      void run();
    })
    .catch((error) => abandon(job, error));
}

/** A chunk that nobody waits for. */
async function make(engine: Engine, job: number): Promise<EngineChunk | undefined> {
  if (!second) return engine.next(job);
  const mel = engine.draft(job);
  if (!mel) return undefined;
  const { samples, ms } = await second.push(job, mel);
  return engine.finish(job, samples, ms);
}

function deliver(engine: Engine, job: Job, chunk: EngineChunk | undefined): void {
  const last = chunk?.last ?? true;
  const samples = chunk?.samples ?? new Float32Array(0);
  const marks = chunk?.marks ?? [];
  const cues = chunk?.cues ?? [];
  if (chunk?.begins) {
    tell({ type: 'sentence', job: job.id, sentence: chunk.begins });
  }
  const way = job.arrived === null ? null : wayToSound(engine, job, job.arrived);
  if (last) finish(engine, job);
  if (job.sink === 'player') {
    if (marks.length + cues.length > 0) tell({ type: 'marks', job: job.id, marks, cues });
    // A chunk may be silence that was left out.
    if (samples.length > 0 || last) play({ job: job.id, samples, last });
  } else {
    job.credit -= 1;
    tell({ type: 'chunk', job: job.id, chunk: { samples, start: chunk?.start ?? 0, marks, cues, last } }, [
      samples.buffer,
    ]);
  }
  if (way) measure(way);
}

/** What a job's first sound has taken so far. */
function wayToSound(engine: Engine, job: Job, start: number): PerformanceMeasureOptions {
  job.arrived = null;
  const { textMs = 0, planMs = 0, sambertMs = 0, vocoderMs = 0 } = engine.stats(job.id) ?? {};
  const melMs = sambertMs - planMs;
  const inWorkerMs = performance.now() - start;
  return { start, detail: { textMs, lookupMs: job.lookupMs, planMs, melMs, vocoderMs, inWorkerMs } };
}

/** For whoever watches the browser's performance; it is kept nowhere. */
function measure(way: PerformanceMeasureOptions): void {
  performance.measure(FIRST_SOUND, way);
  performance.clearMeasures(FIRST_SOUND);
}

function abandon({ id, sink }: Job, error: unknown): void {
  fail(id, error);
  if (sink === 'player') play({ job: id, samples: new Float32Array(0), last: true });
}

function play(chunk: WorkerToPlayer): void {
  sent += chunk.samples.length;
  player?.postMessage(chunk, [chunk.samples.buffer]);
}

function finish(engine: Engine, job: Job): void {
  const { samples = 0, textMs = 0, sambertMs = 0, vocoderMs = 0 } = engine.stats(job.id) ?? {};
  tell({
    type: 'made',
    job: job.id,
    stats: {
      samples,
      totalMs: job.totalMs,
      textMs,
      sambertMs,
      vocoderMs,
      memory: memory.buffer.byteLength + (second?.memory ?? 0),
    },
  });
  remove(job.id);
}

function remove(id: number): void {
  const at = jobs.findIndex((job) => job.id === id);
  if (at >= 0) jobs.splice(at, 1);
  const early = waiting.findIndex((message) => message.job === id);
  if (early >= 0) waiting.splice(early, 1);
  engine?.cancel(id);
  second?.cancel(id);
}

function fail(id: number, error: unknown): void {
  const message = toErrorMessage(error);
  if (message.code === 'E_WORKER') {
    crash(error);
    return;
  }
  tell({ type: 'failed', job: id, error: message });
  remove(id);
}

/** An error without a code is a trap or a bug: the engine's memory can't be trusted any more. */
function crash(error: unknown): void {
  engine = null;
  jobs.length = 0;
  tell({ type: 'crashed', error: toErrorMessage(error) });
}

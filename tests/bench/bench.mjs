/**
 * Measures the built page's client in Chromium: how long until the first sound, how much work a second of sound is, how
 * long loading takes. A table for people; with `--json` the last line is one JSON object. `--voice FOLDER` measures another
 * voice than the page's own, `--trace` says where the time to the first sound goes.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { serve } from '../../www/tools/serve.mjs';
import { CHROMIUM, CHROMIUM_FLAGS } from '../e2e/chromium.mjs';
import { percentile, round, shown, shuffled, spread } from './figures.mjs';
import { rendererMb, workerCpuMs } from './processes.mjs';
import { measureSizes } from './sizes.mjs';
import { OBSERVER, stages } from './trace.mjs';

const DIST = process.env.DIST ?? fileURLToPath(new URL('../../dist/', import.meta.url));
const { values: given } = parseArgs({
  options: {
    json: { type: 'boolean' },
    trace: { type: 'boolean' },
    voice: { type: 'string' },
    workers: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '5' },
  },
});
const FOLDER = given.voice ?? join(DIST, 'voices', 'xiaolang');
const ROUNDS = Number(given.rounds);
/** Visits that loading is measured by. */
const LOADS = { cold: 5, warm: 20 };
/** Fresh profiles in which a first click is measured. */
const CLICKS = 10;
/** How long a person looks at a page before the first click. */
const LOOK_MS = 1000;
/** How long a finger stays on the button. */
const FINGER_MS = 80;
const HTML = '<!doctype html><meta charset="utf-8"><script type="module" src="/bench.js"></script>';
const SCRIPT = `
  import { Langdu } from '/langdu.js';
  import { listener } from '/listen.js';
  // A page that keeps the touch to itself is heard of only when it speaks.
  if (location.search === '?late')
    for (const type of ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'touchend', 'keydown'])
      addEventListener(type, (event) => event.stopImmediatePropagation(), { capture: true });
  window.clicked = new Promise((resolve, reject) => {
    addEventListener('click', ({ timeStamp }) => {
      window.langdu.on('start', () => resolve({ soundMs: performance.now() - timeStamp, deviceMs: window.runs - timeStamp }));
      window.langdu.speak('今天天气不错，早上好！').catch(reject);
    }, { once: true });
  });
  window.langdu = await Langdu.load({ voice: 'measured', workers: ${Number(given.workers)} });
  window.langdu.outputNode.context.addEventListener('statechange', () => { window.runs ??= performance.now(); });
  window.readyMs = performance.now();
  console.log('ready');
  window.listen = (text) => (window.listening ??= listener(window.langdu)).then((listen) => listen(text));`;

const { sentences, hundred } = JSON.parse(await readFile(new URL('./sentences.json', import.meta.url), 'utf8'));
const here = (name) => readFileSync(new URL(name, import.meta.url));
const extras = {
  '/empty.html': Buffer.from('<!doctype html>'),
  '/bench.html': Buffer.from(HTML),
  '/bench.js': Buffer.from(SCRIPT),
  '/listen.js': here('./listen.js'),
  '/tap.worklet.js': here('./tap.worklet.js'),
};
const voice = new Map(
  readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => [name, readFileSync(join(FOLDER, name))]),
);
const server = await serve({
  root: DIST,
  alter: (path, body) => {
    if (path in extras) return extras[path];
    if (given.trace && path.endsWith('/worker.js') && body) return Buffer.concat([Buffer.from(OBSERVER), body]);
    return path.startsWith('/voices/measured/') ? (voice.get(basename(path)) ?? null) : body;
  },
});

/** Calls `work` with a browser that has never been here. `locked`: it lets a page sound after a click alone, as browsers do. */
async function fresh(work, { locked = false } = {}) {
  const profile = await mkdtemp(join(tmpdir(), 'langdu-bench-'));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: [...CHROMIUM_FLAGS, ...(locked ? [] : ['--autoplay-policy=no-user-gesture-required'])],
  });
  try {
    return await work(await browser.newPage(), profile);
  } finally {
    await browser.close();
    await rm(profile, { recursive: true, force: true });
  }
}

/** Speaks to the end; the result of `speak()`. */
const speak = (page, text) => page.evaluate((text) => window.langdu.speak(text), text);

const ready = async (page) => {
  await page.waitForFunction(() => window.readyMs, undefined, { timeout: 120_000 });
  return page.evaluate(() => window.readyMs);
};

/** From the beginning of the visit until the voice is ready. */
async function loads(page) {
  const cold = [];
  for (let i = 0; i < LOADS.cold; i += 1) {
    const visit = async (page) => {
      await page.goto(`${server.url}bench.html`);
      return ready(page);
    };
    cold.push(await fresh(visit));
  }
  await page.goto(`${server.url}bench.html`);
  await ready(page);
  const warm = [];
  for (let i = 0; i < LOADS.warm; i += 1) {
    await page.reload();
    warm.push(await ready(page));
  }
  return { cold: round(percentile(cold, 0.5)), warm: round(percentile(warm, 0.5)) };
}

/**
 * How soon the first click on a page sounds. The browser opens the audio device for it, which langdu asks for when the finger goes
 * down; `late`: as it is when that is asked for by `speak()` alone.
 */
async function firstClicks(late) {
  const times = [];
  for (let i = 0; i < CLICKS; i += 1) {
    const click = async (page) => {
      // A script of Playwright counts as a touch: the page itself says when it is ready.
      const loaded = page.waitForEvent('console', (message) => message.text() === 'ready');
      await page.goto(`${server.url}bench.html${late ? '?late' : ''}`);
      await loaded;
      await page.waitForTimeout(LOOK_MS);
      await page.mouse.click(40, 40, { delay: FINGER_MS });
      return page.evaluate(() => window.clicked);
    };
    times.push(await fresh(click, { locked: true }));
  }
  return {
    sound: spread(times.map(({ soundMs }) => soundMs)),
    // Before the click, if it is less than nothing.
    device: spread(times.map(({ deviceMs }) => deviceMs)),
  };
}

/** How soon text sounds of which nothing is known. */
async function firstSounds(page) {
  const heard = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const text of shuffled(sentences, round)) {
      await page.evaluate(() => window.langdu.cache.clear());
      const sound = await page.evaluate((text) => window.listen(text), text);
      if (sound.first.source !== 'new') throw new Error(`${text} came from ${sound.first.source}`);
      heard.push(sound);
    }
  }
  return heard;
}

async function measure(page, profile) {
  await page.goto(`${server.url}empty.html`);
  const emptyMb = await rendererMb(profile);
  const load_ms = await loads(page);
  // The audio device opens with the first sound of a page: that is not the voice's doing.
  const opening = await speak(page, '好。');
  const sounds = await firstSounds(page);
  const first_click_ms = { late: await firstClicks(true), early: await firstClicks(false) };

  const cpuBefore = await workerCpuMs(profile);
  const results = [];
  for (const text of sentences) results.push(await speak(page, text));
  const speaking = speak(page, hundred);
  await page.waitForTimeout(5000);
  const tabMb = (await rendererMb(profile)) - emptyMb;
  const long = await speaking;
  results.push(long);
  const cpu = (await workerCpuMs(profile)) - cpuBefore;

  const hundredMs = await page.evaluate(async (text) => {
    // Heard before: it must be made anew.
    await window.langdu.cache.clear();
    const begun = performance.now();
    const { data } = await window.langdu.synthesize(text);
    URL.revokeObjectURL(data.audio_url);
    return performance.now() - begun;
  }, hundred);

  const seconds = results.reduce((sum, { duration }) => sum + duration, 0);
  const rtf = (stage) => round(results.reduce((sum, { stats }) => sum + stats[stage], 0) / 1000 / seconds, 3);
  const texts = results
    .slice(0, sentences.length)
    .map(({ stats }, at) => (stats.textMs * 30) / [...sentences[at]].length);
  const leadIns = sounds.map(({ heardMs, firstSampleMs }) => heardMs - firstSampleMs);
  return {
    first_sound_ms: spread(sounds.map(({ firstSampleMs }) => firstSampleMs)),
    first_heard_ms: spread(sounds.map(({ heardMs }) => heardMs)),
    lead_in_ms: spread(leadIns),
    output_latency_ms: round(
      percentile(
        sounds.map(({ latencyMs }) => latencyMs),
        0.5,
      ),
      1,
    ),
    rtf: { total: rtf('totalMs'), text: rtf('textMs'), sambert: rtf('sambertMs'), vocoder: rtf('vocoderMs') },
    rtf_cpu: { total: round(cpu / 1000 / seconds, 3) },
    text_ms: { first: round(opening.stats.textMs, 1), thirty_chars: spread(texts) },
    load_ms,
    bytes: await measureSizes(DIST, FOLDER),
    heap_mb: round(long.stats.memory / 1e6, 1),
    tab_mb: round(tabMb, 1),
    first_click_ms,
    underruns: results.reduce((sum, { underruns }) => sum + underruns, 0),
    hundred_chars_s: round(hundredMs / 1000, 2),
    ...(given.trace && { trace_ms: await stages(page) }),
  };
}

function show(figures) {
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;
  const { bytes } = figures;
  const rows = [
    ['first sample, P50 / P95', shown(figures.first_sound_ms)],
    ['first audible sample, P50 / P95', shown(figures.first_heard_ms)],
    ['  lead-in before it, P50 / P95', shown(figures.lead_in_ms)],
    ['  the device adds', `${figures.output_latency_ms} ms`],
    ['first click in a fresh profile', shown(figures.first_click_ms.early.sound)],
    ['  the device runs after the click by', shown(figures.first_click_ms.early.device)],
    ['  asked for by speak() alone', shown(figures.first_click_ms.late.sound)],
    ['  the device runs after the click by', shown(figures.first_click_ms.late.device)],
    ['real-time factor, wall / CPU', `${figures.rtf.total} / ${figures.rtf_cpu.total}`],
    ['  text, Sambert, vocoder', `${figures.rtf.text}, ${figures.rtf.sambert}, ${figures.rtf.vocoder}`],
    ['text, 30 characters, P50 / P95', shown(figures.text_ms.thirty_chars)],
    ['  the first after load', `${figures.text_ms.first} ms`],
    ['ready after load, cold / warm', `${figures.load_ms.cold} / ${figures.load_ms.warm} ms`],
    ['wasm, plain / brotli', `${megabytes(bytes.wasm)} / ${megabytes(bytes.wasm_brotli)}`],
    ['  and the data of the texts', `${megabytes(bytes.text)} / ${megabytes(bytes.text_brotli)}`],
    ['voice, plain / brotli', `${megabytes(bytes.voice)} / ${megabytes(bytes.voice_brotli)}`],
    ['memory of the engine', `${figures.heap_mb} MB`],
    ['  of the tab, over an empty page', `${figures.tab_mb} MB`],
    ['underruns', figures.underruns],
    ['100 characters, all sound made', `${figures.hundred_chars_s} s`],
  ];
  for (const [stage, ms] of Object.entries(figures.trace_ms ?? {}))
    rows.push([`to the first sound: ${stage}`, shown(ms)]);
  for (const [name, value] of rows) console.log(name.padEnd(36), value);
}

try {
  const figures = await fresh(measure);
  show(figures);
  if (given.json) console.log(JSON.stringify(figures));
} finally {
  await server.close();
}

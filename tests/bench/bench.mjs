/**
 * Measures the built page's client in Chromium: how long until the first sound, how much work a second of sound is, how
 * long loading takes. A table for people; with `--json` the last line is one JSON object. `--voice FOLDER` measures another
 * voice than the page's own.
 */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { serve } from '../../www/tools/serve.mjs';
import { CHROMIUM_FLAGS } from '../e2e/browsers.mjs';
import { percentile, round } from './figures.mjs';
import { measureSizes } from './sizes.mjs';
import { workerCpuMs } from './threads.mjs';

const DIST = process.env.DIST ?? fileURLToPath(new URL('../../dist/', import.meta.url));
const { values: given } = parseArgs({
  options: { json: { type: 'boolean' }, voice: { type: 'string' }, workers: { type: 'string', default: '1' } },
});
const FOLDER = given.voice ?? join(DIST, 'voices', 'xiaolang');
const HTML = '<!doctype html><meta charset="utf-8"><script type="module" src="/bench.js"></script>';
const SCRIPT = `
  import { Langdu } from '/langdu.js';
  window.langdu = await Langdu.load({ voice: 'measured', workers: ${Number(given.workers)} });
  window.readyMs = performance.now();`;

const { sentences, hundred } = JSON.parse(await readFile(new URL('./sentences.json', import.meta.url), 'utf8'));
const extras = { '/bench.html': HTML, '/bench.js': SCRIPT };
const server = await serve({
  root: DIST,
  alter: (path, body) => {
    if (path in extras) return Buffer.from(extras[path]);
    const file = join(FOLDER, basename(path));
    return path.startsWith('/voices/measured/') && existsSync(file) ? readFileSync(file) : body;
  },
});
const profile = await mkdtemp(join(tmpdir(), 'langdu-bench-'));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: '/usr/bin/chromium',
  args: [...CHROMIUM_FLAGS, '--autoplay-policy=no-user-gesture-required'],
});

/** Speaks to the end; the result of `speak()`. */
const speak = (page, text) => page.evaluate((text) => window.langdu.speak(text), text);

const ready = async (page) => {
  await page.waitForFunction(() => window.readyMs, undefined, { timeout: 120_000 });
  return page.evaluate(() => window.readyMs);
};

async function measure() {
  const page = await browser.newPage();
  await page.goto(`${server.url}bench.html`);
  const cold = await ready(page);
  await page.reload();
  const warm = await ready(page);
  // The audio device opens with the first sound of a page: that is not the voice's doing.
  await speak(page, '好。');

  const cpuBefore = await workerCpuMs(profile);
  const results = [];
  for (const text of sentences) results.push(await speak(page, text));
  const long = await speak(page, hundred);
  results.push(long);
  const cpu = (await workerCpuMs(profile)) - cpuBefore;

  const hundredMs = await page.evaluate(async (text) => {
    // Heard before: it must be made anew.
    await window.langdu.cache?.clear();
    const begun = performance.now();
    const { data } = await window.langdu.synthesize(text);
    URL.revokeObjectURL(data.audio_url);
    return performance.now() - begun;
  }, hundred);
  const jsHeap = await Promise.all(
    [page, ...page.workers()].map((side) => side.evaluate(() => performance.memory?.usedJSHeapSize ?? 0)),
  );

  const firsts = results.map(({ firstSoundMs }) => firstSoundMs);
  const seconds = results.reduce((sum, { duration }) => sum + duration, 0);
  const rtf = (stage) => round(results.reduce((sum, { stats }) => sum + stats[stage], 0) / 1000 / seconds, 3);
  return {
    first_sound_ms: { p50: round(percentile(firsts, 0.5)), p95: round(percentile(firsts, 0.95)) },
    rtf: { total: rtf('totalMs'), text: rtf('textMs'), sambert: rtf('sambertMs'), vocoder: rtf('vocoderMs') },
    rtf_cpu: { total: round(cpu / 1000 / seconds, 3) },
    load_ms: { cold: round(cold), warm: round(warm) },
    bytes: await measureSizes(DIST, FOLDER),
    heap_mb: round((long.stats.memory + jsHeap.reduce((sum, bytes) => sum + bytes, 0)) / 1e6, 1),
    underruns: results.reduce((sum, { underruns }) => sum + underruns, 0),
    hundred_chars_s: round(hundredMs / 1000, 2),
  };
}

function show(figures) {
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;
  const rows = [
    ['first sound, P50 / P95', `${figures.first_sound_ms.p50} / ${figures.first_sound_ms.p95} ms`],
    ['real-time factor, wall / CPU', `${figures.rtf.total} / ${figures.rtf_cpu.total}`],
    ['  text, Sambert, vocoder', `${figures.rtf.text}, ${figures.rtf.sambert}, ${figures.rtf.vocoder}`],
    ['ready after load, cold / warm', `${figures.load_ms.cold} / ${figures.load_ms.warm} ms`],
    ['wasm, plain / brotli', `${megabytes(figures.bytes.wasm)} / ${megabytes(figures.bytes.wasm_brotli)}`],
    ['voice, plain / brotli', `${megabytes(figures.bytes.voice)} / ${megabytes(figures.bytes.voice_brotli)}`],
    ['memory', `${figures.heap_mb} MB`],
    ['underruns', figures.underruns],
    ['100 characters, all sound made', `${figures.hundred_chars_s} s`],
  ];
  for (const [name, value] of rows) console.log(name.padEnd(34), value);
}

try {
  const figures = await measure();
  show(figures);
  if (given.json) console.log(JSON.stringify(figures));
} finally {
  await browser.close();
  await server.close();
  await rm(profile, { recursive: true, force: true });
}

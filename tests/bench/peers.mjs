/**
 * Measures langdu beside other engines in one run of one Chromium, one thread each: stock tract and onnxruntime-web on the
 * same graphs, and Kokoro-82M as a whole. A table for people; the last line is one JSON object. With `--chart FILE` it also
 * draws the figures as SVG. `build.sh bench --peers` brings together what this needs.
 */
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { serve } from '../../www/tools/serve.mjs';
import { CHROMIUM, CHROMIUM_FLAGS } from '../e2e/chromium.mjs';
import { chart } from './chart.mjs';
import { percentile, round, shuffled } from './figures.mjs';

const { values: given } = parseArgs({
  options: {
    json: { type: 'boolean' },
    peers: { type: 'boolean' },
    chart: { type: 'string' },
    rounds: { type: 'string', default: '5' },
  },
});
const ROUNDS = Number(given.rounds);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
/** What the build has put together. */
const PEERS = here('../../target/peers/');

const sentences = JSON.parse(await readFile(here('./peers/sentences.json'), 'utf8'));
const texts = sentences.map(({ text }) => text);

const server = await serve({
  root: here('../../dist/'),
  alter: (path, body) => {
    if (path === '/peers.html') return Buffer.from('<!doctype html><meta charset="utf-8">');
    return path.startsWith('/peers/') ? readFileSync(join(PEERS, path.slice('/peers/'.length))) : body;
  },
});
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: [...CHROMIUM_FLAGS, '--autoplay-policy=no-user-gesture-required'],
});

/** Calls an export of `measure.mjs` in a fresh page, so that no measurement inherits another one's memory. */
async function measure(name, ...given) {
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  await page.goto(`${server.url}peers.html`);
  const call = async ([name, given]) => (await import('/peers/measure.mjs'))[name](...given);
  const result = await page.evaluate(call, [name, given]);
  await page.close();
  return result;
}

async function langduVoice() {
  const page = await browser.newPage();
  await page.goto(`${server.url}peers.html`);
  const figures = await page.evaluate(async (texts) => {
    const { Langdu } = await import('/langdu.js');
    const langdu = await Langdu.load({ workers: 1 });
    await langdu.synthesize('好。');
    // What it said in an earlier round is made anew.
    await langdu.cache.clear();
    let count = 0;
    const begun = performance.now();
    for (const text of texts) for await (const { samples } of langdu.stream(text)) count += samples.length;
    return { seconds: (performance.now() - begun) / 1000, sound: count / langdu.info.sampleRate };
  }, texts);
  await page.close();
  return figures;
}

const rtf = ({ seconds, sound }) => round(seconds / sound, 4);

/** Each measurement once a round, in another order each time; the median of all rounds, and their range. */
async function measureAll() {
  const phonemes = sentences.map(({ phonemes }) => phonemes).slice(0, 2);
  const tasks = {
    'full_vocoder_rtf langdu': () => measure('fullVocoder', 'LangduGraph', 'relaxed'),
    'full_vocoder_rtf langdu_simd128': () => measure('fullVocoder', 'LangduGraph', 'simd128'),
    'full_vocoder_rtf tract': () => measure('fullVocoder', 'TractGraph', 'simd128'),
    'full_vocoder_rtf onnxruntime_web': () => measure('fullVocoder', 'onnxruntime_web'),
    'voice_rtf langdu': async () => rtf(await langduVoice()),
    'voice_rtf onnxruntime_web': async () => rtf(await measure('peerVoice', texts)),
    'decoder_step_ms langdu': () => measure('decoderStep', 'LangduGraph', 'relaxed'),
    'decoder_step_ms tract': () => measure('decoderStep', 'TractGraph', 'relaxed'),
    kokoro: () => measure('kokoro', phonemes),
  };
  const found = Object.fromEntries(Object.keys(tasks).map((name) => [name, []]));
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    for (const name of shuffled(Object.keys(tasks), turn)) found[name].push(await tasks[name]());
  }
  const figures = { full_vocoder_rtf: {}, voice_rtf: {}, decoder_step_ms: {}, ranges: {}, rounds: ROUNDS };
  const kokoros = found.kokoro;
  for (const [name, values] of Object.entries(found)) {
    if (name === 'kokoro') continue;
    const [table, runtime] = name.split(' ');
    figures[table][runtime] = round(percentile(values, 0.5), 4);
    figures.ranges[name] = [round(Math.min(...values), 4), round(Math.max(...values), 4)];
  }
  const middle = (of) => percentile(kokoros.map(of), 0.5);
  figures.kokoro = {
    rtf: round(
      middle(({ rtf }) => rtf),
      2,
    ),
    first_sound_ms: round(middle(({ firstSoundMs }) => firstSoundMs)),
  };
  return figures;
}

const NAMES = {
  langdu: 'langdu, relaxed SIMD',
  langdu_simd128: 'langdu, simd128',
  tract: 'tract as it is',
  onnxruntime_web: 'onnxruntime-web',
};

function show(figures) {
  const table = (title, values) => {
    console.log(`\n${title}`);
    for (const [key, value] of Object.entries(values)) console.log(`  ${(NAMES[key] ?? key).padEnd(24)} ${value}`);
  };
  table('full-size vocoder, real-time factor', figures.full_vocoder_rtf);
  table('bundled voice, text to samples, real-time factor', figures.voice_rtf);
  table('one decoder step, ms', figures.decoder_step_ms);
  table('Kokoro-82M, 8 bits, in onnxruntime-web', {
    'real-time factor': figures.kokoro.rtf,
    'first sound, ms': figures.kokoro.first_sound_ms,
  });
}

try {
  const figures = await measureAll();
  show(figures);
  if (given.chart) await writeFile(given.chart, chart(figures));
  console.log(JSON.stringify(figures));
} finally {
  await browser.close();
  await server.close();
}

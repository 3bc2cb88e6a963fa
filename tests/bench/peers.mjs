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
import { CHROMIUM_FLAGS } from '../e2e/browsers.mjs';
import { chart } from './chart.mjs';
import { round } from './figures.mjs';

const { values: given } = parseArgs({
  options: { json: { type: 'boolean' }, peers: { type: 'boolean' }, chart: { type: 'string' } },
});
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
  executablePath: '/usr/bin/chromium',
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
    let sound = 0;
    const begun = performance.now();
    for (const text of texts) sound += (await langdu.synthesize(text)).data.duration;
    return { seconds: (performance.now() - begun) / 1000, sound };
  }, texts);
  await page.close();
  return figures;
}

const rtf = ({ seconds, sound }) => round(seconds / sound, 3);

async function measureAll() {
  const vocoder = async (runtime, build) => round(await measure('fullVocoder', runtime, build), 3);
  const step = async (runtime) => round(await measure('decoderStep', runtime, 'relaxed'), 2);
  const full = {
    langdu: await vocoder('LangduGraph', 'relaxed'),
    langdu_simd128: await vocoder('LangduGraph', 'simd128'),
    tract: await vocoder('TractGraph', 'simd128'),
    onnxruntime_web: await vocoder('onnxruntime_web'),
  };
  const voice = { langdu: rtf(await langduVoice()), onnxruntime_web: rtf(await measure('peerVoice', texts)) };
  const decoder = { langdu: await step('LangduGraph'), tract: await step('TractGraph') };
  const phonemes = sentences.map(({ phonemes }) => phonemes).slice(0, 2);
  const { rtf: kokoroRtf, firstSoundMs } = await measure('kokoro', phonemes);
  return {
    full_vocoder_rtf: full,
    voice_rtf: voice,
    decoder_step_ms: decoder,
    kokoro: { rtf: round(kokoroRtf, 2), first_sound_ms: round(firstSoundMs, 0) },
  };
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

/**
 * Measures the cache in Chromium with its real IndexedDB: how soon each level sounds, how much of a day's requests it
 * answers, how its lookups grow. A table for people; with `--json` the last line is one JSON object. First sound counts
 * from `speak()` to the first sample handed to the audio device; what is heard comes later, see `listen.js`.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import xxhash from 'xxhash-wasm';
import { serve } from '../../www/tools/serve.mjs';
import { CHROMIUM, CHROMIUM_FLAGS } from '../e2e/chromium.mjs';
import { percentile, round, shown, shuffled, spread } from './figures.mjs';
import { joints, jump } from './joints.mjs';
import { requests, templates } from './requests.mjs';

const DIST = process.env.DIST ?? fileURLToPath(new URL('../../dist/', import.meta.url));
const { values: given } = parseArgs({
  options: { json: { type: 'boolean' }, cache: { type: 'boolean' }, rounds: { type: 'string', default: '5' } },
});
const ROUNDS = Number(given.rounds);
const { sentences } = JSON.parse(await readFile(new URL('./sentences.json', import.meta.url), 'utf8'));

const SEED = 20;
const DAY = 1000;
const RUSH = 100;
const ENTRIES = [100, 10_000, 100_000];
const WARM_UP = '好。';

const HTML = '<!doctype html><meta charset="utf-8"><script type="module" src="/bench.js"></script>';
const SCRIPT = `
  import { Langdu } from '/langdu.js';
  import { listener } from '/listen.js';
  window.langdu = await Langdu.load();
  window.sources = [];
  window.langdu.on('sentence', (sentence) => window.sources.push(sentence));
  window.listen = await listener(window.langdu);
  /** Makes all the sound without playing it. */
  window.make = async (text, { whole = false, ...options } = {}) => {
    const begun = performance.now();
    let firstMs = 0;
    const samples = [];
    const marks = [];
    for await (const chunk of window.langdu.stream(text, options)) {
      firstMs ||= performance.now() - begun;
      if (whole) for (const sample of chunk.samples) samples.push(sample);
      marks.push(...chunk.marks);
    }
    return { firstMs, samples, marks, text };
  };
  if (location.hash) {
    const begun = performance.now();
    const { firstSampleMs } = await window.listen(decodeURIComponent(location.hash.slice(1)), { atOnce: true });
    window.soundMs = begun + firstSampleMs;
  }
  window.ready = true;`;

const here = (name) => readFileSync(new URL(name, import.meta.url));
const extras = {
  '/bench.html': HTML,
  '/bench.js': SCRIPT,
  '/listen.js': here('./listen.js'),
  '/tap.worklet.js': here('./tap.worklet.js'),
};
const server = await serve({
  root: DIST,
  alter: (path, body) => (path in extras ? Buffer.from(extras[path]) : body),
});
const profile = await mkdtemp(join(tmpdir(), 'langdu-bench-'));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: CHROMIUM,
  args: [...CHROMIUM_FLAGS, '--autoplay-policy=no-user-gesture-required'],
});
const page = await browser.newPage();
page.setDefaultTimeout(120_000);

/** Loads the page anew, and speaks a text as soon as it can. */
async function visit(text = '') {
  await page.goto('about:blank');
  await page.goto(`${server.url}bench.html${text && `#${encodeURIComponent(text)}`}`);
  await page.waitForFunction(() => window.ready);
  // The audio device opens with the first sound of a page: that is not the cache's doing.
  if (!text) await page.evaluate((text) => window.listen(text), WARM_UP);
}

const stats = () => page.evaluate(() => window.langdu.cache.stats());
const clear = () => page.evaluate(() => window.langdu.cache.clear());
const make = (texts) =>
  page.evaluate(async (texts) => {
    for (const text of texts) await window.make(text);
  }, texts);

/** Hears the beginnings of texts in a level's way; each must come from there as a whole. */
async function firstSounds(texts, level) {
  const sounds = [];
  for (const text of texts) {
    const sound = await page.evaluate((text) => window.listen(text), text);
    const { source, known, charLength } = sound.first;
    const from = level === 'miss' ? 'new' : level.toUpperCase();
    // A word beside others may sound otherwise, and then a sentence is new: it is not counted.
    if (level === 'l1' && source === 'new') continue;
    if (source !== from) throw new Error(`${text} came from ${source} instead of ${from}`);
    const words = known.reduce((sum, word) => sum + word.charLength, 0);
    const signs = [...text.slice(0, charLength)].filter((sign) => /\p{P}/u.test(sign)).length;
    // Such a sentence may also pause elsewhere, and then not all of its words are known.
    if (level === 'l1' && words < charLength - signs) continue;
    sounds.push(sound);
  }
  if (sounds.length < texts.length / 2) throw new Error(`only ${sounds.length} of ${texts.length} came from ${level}`);
  return sounds;
}

/** How soon each level sounds: all of them in every round, in another order each time. */
async function latencies() {
  const unseen = sentences.slice(0, 20);
  // Sentences of two clauses, and each clause with another: the sentences are new then, and known word by word.
  const paired = unseen.map((text) => text.replace(/[。！？]$/u, '').split('，')).filter(({ length }) => length === 2);
  const crossed = paired.map(([first], i) => `${first}，${paired[(i + 1) % paired.length][1]}。`);
  const day = requests(SEED + 1);
  const fixed = templates.map((template) => template.split('{')[0].replace(/，$/u, ''));
  const begun = Array.from({ length: 200 }, () => day.next().value)
    .filter((text) => fixed.some((start) => [...start].length > 4 && text.startsWith(start)))
    .slice(0, 20);
  const levels = {
    miss: async (texts) => {
      const sounds = [];
      for (const text of texts) {
        await clear();
        sounds.push(...(await firstSounds([text], 'miss')));
      }
      return sounds;
    },
    l1: async (texts) => {
      await clear();
      await make(crossed);
      return firstSounds(texts, 'l1');
    },
    l2: async (texts) => {
      await clear();
      await make(texts);
      // Out of memory: from the store, once all is there.
      await page.waitForTimeout(1000);
      await visit();
      return firstSounds(texts, 'l2');
    },
    l3: async (texts) => {
      await clear();
      await page.evaluate((texts) => window.langdu.templates.register(texts), templates);
      return firstSounds(texts, 'l3');
    },
  };
  const texts = { miss: unseen, l1: paired.map((clauses) => `${clauses.join('，')}。`), l2: unseen, l3: begun };
  const sounds = { miss: [], l1: [], l2: [], l3: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const level of shuffled(Object.keys(levels), round)) {
      await visit();
      sounds[level].push(...(await levels[level](shuffled(texts[level], round))));
    }
  }
  const of = (milliseconds) =>
    Object.fromEntries(Object.entries(sounds).map(([level, sounds]) => [level, spread(sounds.map(milliseconds))]));
  return { first: of(({ firstSampleMs }) => firstSampleMs), heard: of(({ heardMs }) => heardMs) };
}

/** A day of requests, one after the other, on an empty cache with the templates registered. */
async function simulate(day) {
  await clear();
  await visit();
  await page.evaluate((texts) => window.langdu.templates.register(texts), templates);
  const before = await stats();
  const texts = Array.from({ length: DAY }, () => day.next().value);
  const parts = await page.evaluate(async (texts) => {
    const parts = [];
    for (const text of texts) {
      window.sources.length = 0;
      await window.make(text);
      parts.push(...window.sources);
    }
    return parts;
  }, texts);
  const after = await stats();
  const length = (part) => {
    if (part.source === 'new') return 0;
    if (part.source !== 'L1') return part.charLength;
    return part.known.reduce((sum, { charLength }) => sum + charLength, 0);
  };
  const sum = (of) => parts.reduce((sum, part) => sum + of(part), 0);
  const rate = (level) => {
    const hits = after[level].hits - before[level].hits;
    return round(hits / (hits + after[level].misses - before[level].misses), 3);
  };
  const fromTemplates = parts.filter(({ source }) => source === 'L3').length;
  return {
    all: round(sum(length) / sum((part) => part.charLength), 3),
    l1: rate('l1'),
    l2: rate('l2'),
    l3: round(fromTemplates / parts.length, 3),
  };
}

/** The day goes on with five at a time. */
async function rush(day) {
  const texts = Array.from({ length: RUSH }, () => day.next().value);
  const ms = await page.evaluate(async (texts) => {
    const begun = performance.now();
    const caller = async () => {
      for (let text = texts.pop(); text; text = texts.pop()) await window.make(text);
    };
    await Promise.all(Array.from({ length: 5 }, caller));
    return performance.now() - begun;
  }, texts);
  return round((RUSH * 1000) / ms, 1);
}

/** Jumps at the borders of known words, and at the same borders of speech that is made anew. */
async function jumps(day) {
  const cached = [];
  const uncached = [];
  for (let tries = 0; tries < 200 && cached.length < 40; tries += 1) {
    const text = day.next().value;
    const { spoken, sources } = await page.evaluate(async (text) => {
      window.sources.length = 0;
      const spoken = await window.make(text, { whole: true });
      return { spoken, sources: [...window.sources] };
    }, text);
    const borders = joints(
      sources.flatMap(({ known }) => known),
      spoken.marks,
    );
    if (borders.length === 0) continue;
    // A speed that nobody hears makes it new to the cache.
    const anew = await page.evaluate(
      ([text, speed]) => window.make(text, { whole: true, speed }),
      [text, 1 + (tries + 1) * 2e-6],
    );
    for (const border of borders) {
      const at = ({ marks }) => marks.find(({ charIndex }) => charIndex === border)?.start;
      cached.push(jump(spoken.samples, at(spoken)));
      uncached.push(jump(anew.samples, at(anew)));
    }
  }
  const mean = (values) => round(values.reduce((sum, value) => sum + value, 0) / values.length, 1);
  return { cached: mean(cached), uncached: mean(uncached) };
}

const { h64Raw } = await xxhash();

/** An exported cache of small sentences that nobody says. */
function padding(count) {
  const record = Buffer.alloc(16 + 4 + 12 + 32);
  const records = Array.from({ length: count }, () => {
    const payload = randomBytes(32);
    randomBytes(16).copy(record);
    record[0] = 2;
    record.writeUInt32LE(44, 16);
    record.write('lda2', 20, 'latin1');
    record.writeBigUInt64LE(h64Raw(payload), 24);
    payload.copy(record, 32);
    return Buffer.from(record);
  });
  return Buffer.concat([Buffer.from('langdu\0\x01', 'latin1'), ...records]);
}

/** Milliseconds until the first chunk of a sentence that is in the store, but not in memory, beside many others. */
async function lookups() {
  const known = sentences.slice(0, 12);
  await clear();
  await make(known);
  const medians = {};
  let held = 0;
  for (const entries of ENTRIES) {
    extras['/padding'] = padding(entries - held);
    held = entries;
    await page.evaluate(async () => window.langdu.cache.import(await (await fetch('/padding')).arrayBuffer()));
    await visit();
    while ((await stats()).l2.entries < entries) await new Promise((resolve) => setTimeout(resolve, 100));
    const times = [];
    for (const text of known) {
      await page.evaluate(() => window.sources.splice(0));
      times.push((await page.evaluate((text) => window.make(text), text)).firstMs);
      const [{ source }] = await page.evaluate(() => window.sources);
      if (source !== 'L2') throw new Error(`${text} came from ${source}`);
    }
    medians[entries] = round(percentile(times, 0.5), 1);
  }
  return medians;
}

/** From the reload of the page to the first sound of new text. */
async function reloads() {
  const times = [];
  for (const text of sentences.slice(20, 25)) {
    await visit(text);
    times.push(await page.evaluate(() => window.soundMs));
  }
  return round(percentile(times, 0.5));
}

async function measure() {
  const { first: first_sound_ms, heard: first_heard_ms } = await latencies();
  const reload_to_sound_ms = await reloads();
  const day = requests(SEED);
  await visit();
  const hit_rate = await simulate(day);
  const requests_per_s_5 = await rush(day);
  const joint_jump_db = await jumps(day);
  const lookup_ms = await lookups();
  return { first_sound_ms, first_heard_ms, hit_rate, requests_per_s_5, reload_to_sound_ms, lookup_ms, joint_jump_db };
}

function show({
  first_sound_ms,
  first_heard_ms,
  hit_rate,
  requests_per_s_5,
  reload_to_sound_ms,
  lookup_ms,
  joint_jump_db,
}) {
  const names = { l1: 'L1, words known', l2: 'L2, sentence known', l3: 'L3, template', miss: 'nothing known' };
  const percent = (share) => `${round(share * 100, 1)} %`;
  const rows = [
    ...Object.entries(names).map(([level, name]) => {
      const { p50, p95 } = first_heard_ms[level];
      const heard = `audible after ${p50} / ${p95} ms`;
      return [`first sound, ${name}, P50 / P95`, `${shown(first_sound_ms[level])}, ${heard}`];
    }),
    ['of a day, not made anew', percent(hit_rate.all)],
    ['  found: L1 words, L2 sentences', `${percent(hit_rate.l1)}, ${percent(hit_rate.l2)}`],
    ['  parts from templates, L3', percent(hit_rate.l3)],
    ['five at a time, done per second', requests_per_s_5],
    ['reload to first sound of new text', `${reload_to_sound_ms} ms`],
    [`lookup beside ${Object.keys(lookup_ms).join(', ')}`, `${Object.values(lookup_ms).join(', ')} ms`],
    ['jump at joints, cached / made anew', `${joint_jump_db.cached} / ${joint_jump_db.uncached} dB`],
  ];
  for (const [name, value] of rows) console.log(name.padEnd(46), value);
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

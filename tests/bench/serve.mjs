/**
 * Measures the web service: `langdu serve` under 1, 5 and 50 clients, with texts it has never said and with those it has;
 * whether 10,000 answers are each the right one; and in Chromium the first sound of `<audio src="…tts/stream?text=…">` beside
 * that of `speak()`. A table for people; with `--json` the last line is one JSON object. `--part loads`, `many` or `browser` measures
 * one of the three.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { launch } from '../e2e/chromium.mjs';
import { serviceSite } from '../e2e/service-site.mjs';
import { startServer } from '../service/server.mjs';
import { percentile, round } from './figures.mjs';

const { values: given } = parseArgs({
  options: { json: { type: 'boolean' }, serve: { type: 'boolean' }, part: { type: 'string' } },
});
const { sentences } = JSON.parse(await readFile(new URL('./sentences.json', import.meta.url), 'utf8'));

const LOADS = [
  { clients: 1, requests: 32 },
  { clients: 5, requests: 48 },
  { clients: 50, requests: 100 },
];
const MANY = 10_000;
const KNOWN = 100;
const TRIES = 15;

/** Texts of 10 to 35 characters, no two alike. */
function* texts() {
  for (let number = 1; ; number += 1) {
    const sentence = sentences[number % sentences.length];
    yield `第${number * 7 + 1000}位，${sentence}`;
  }
}
const fresh = texts();
const take = (count) => Array.from({ length: count }, () => fresh.next().value);

/** First byte and end in milliseconds, bytes and their hash. */
async function ask(base, text) {
  const began = performance.now();
  const response = await fetch(new URL('tts/stream', base), { method: 'POST', body: new URLSearchParams({ text }) });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  const hash = createHash('sha256');
  let firstMs = 0;
  let bytes = 0;
  for await (const part of response.body) {
    firstMs ||= performance.now() - began;
    hash.update(part);
    bytes += part.length;
  }
  return { firstMs, totalMs: performance.now() - began, bytes, hash: hash.digest('base64') };
}

/** So many clients, each with one request after the other. */
async function load(base, clients, list) {
  const queue = [...list.entries()];
  const answers = [];
  const began = performance.now();
  const client = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) answers[next[0]] = await ask(base, next[1]);
  };
  await Promise.all(Array.from({ length: clients }, client));
  const seconds = (performance.now() - began) / 1000;
  const first = answers.map(({ firstMs }) => firstMs);
  const sound = answers.reduce((sum, { bytes }) => sum + bytes / 32_000, 0);
  return {
    answers,
    figures: {
      requestsPerSecond: round(list.length / seconds, 1),
      firstByteP50: round(percentile(first, 0.5)),
      firstByteP95: round(percentile(first, 0.95)),
      soundPerSecond: round(sound / seconds, 1),
    },
  };
}

/** Gives a server that has said nothing to what is measured. */
async function served(measure) {
  const server = await startServer();
  try {
    return await measure(server.base);
  } finally {
    await server.stop();
  }
}

async function loads(base) {
  const rows = [];
  console.log('\nlangdu serve          new text                       known text');
  console.log('clients   requests/s   first byte P50/P95   requests/s   first byte P50/P95');
  for (const { clients, requests } of LOADS) {
    const list = take(requests);
    const unknown = await load(base, clients, list);
    const known = await load(base, clients, list);
    rows.push({ clients, new: unknown.figures, known: known.figures });
    showLoad(rows.at(-1));
  }
  return rows;
}

async function many(base) {
  const list = take(KNOWN);
  const right = new Map();
  for (const text of list) {
    // What is made anew and what comes out of the cache differ by the rounding of 16 bits; of the cache, all are the same.
    await ask(base, text);
    right.set(text, (await ask(base, text)).hash);
  }
  const all = Array.from({ length: MANY }, (_, at) => list[(at * 37) % list.length]);
  const { answers, figures } = await load(base, 50, all);
  const wrong = all.filter((text, at) => answers[at]?.hash !== right.get(text)).length;
  const counts = `${wrong} lost or wrong, ${figures.requestsPerSecond} a second`;
  console.log(`${MANY} requests of 50 clients: ${counts}`);
  return { requests: MANY, wrong, ...figures };
}

/** When sound is heard: a worklet at the end of the graph tells of the first sample that is not silent. */
const PAGE = `<!doctype html><meta charset="utf-8"><script type="module" src="/langdu/service-page.js"></script>
<script type="module" src="/bench.js"></script>`;
const TAP = `registerProcessor('tap', class extends AudioWorkletProcessor {
  process([[samples]]) {
    if (samples?.some((sample) => Math.abs(sample) > 1e-3)) this.port.postMessage(null);
    return true;
  }
});`;
const SCRIPT = `
  import { Langdu } from '/langdu/langdu.js';
  await navigator.serviceWorker.ready;
  const context = new AudioContext();
  await context.audioWorklet.addModule('/tap.js');
  const heard = (tap) => new Promise((resolve) => { tap.port.onmessage = () => resolve(performance.now()); });
  /** A player may go on fetching for a while what it does not play any more. */
  const quiet = async () => {
    const jobs = async () => (await (await fetch('/langdu/health')).json()).data.jobs;
    while ((await jobs()) > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    await new Promise((resolve) => setTimeout(resolve, 200));
  };
  /** From setting an address to its first sound. */
  window.byAddress = async (text) => {
    const audio = new Audio();
    const tap = new AudioWorkletNode(context, 'tap');
    context.createMediaElementSource(audio).connect(tap);
    const began = performance.now();
    audio.src = '/langdu/tts/stream?text=' + encodeURIComponent(text);
    audio.play();
    const ms = (await heard(tap)) - began;
    audio.pause();
    audio.removeAttribute('src');
    audio.load();
    await quiet();
    return ms;
  };
  /** From the call of speak() to its first sound. */
  window.bySpeak = async (text) => {
    window.langdu ??= await Langdu.load();
    const tap = new AudioWorkletNode(window.langdu.outputNode.context, 'tap');
    window.langdu.outputNode.connect(tap);
    const began = performance.now();
    window.langdu.speak(text);
    const ms = (await heard(tap)) - began;
    window.langdu.cancel();
    window.langdu.outputNode.disconnect(tap);
    await quiet();
    return ms;
  };
  window.prepare = async () => {
    await window.langdu?.outputNode.context.audioWorklet.addModule('/tap.js');
  };
  window.load = async () => { window.langdu = await Langdu.load(); await window.prepare(); };
  window.ready = true;`;

async function browser() {
  const server = await serviceSite(PAGE, { '/bench.js': SCRIPT, '/tap.js': TAP });
  const chrome = await chromium.launch(launch());
  try {
    const page = await chrome.newPage();
    page.setDefaultTimeout(120_000);
    await page.goto(server.url);
    // Functions in strings are against the page's own policy.
    const ready = () => page.evaluate('Boolean(window.ready && navigator.serviceWorker.controller)');
    while (!(await ready())) await new Promise((resolve) => setTimeout(resolve, 50));
    await page.evaluate('load()');
    const [spoken, addressed] = [[], []];
    for (const text of take(2)) await page.evaluate((text) => window.byAddress(text), text);
    for (const text of take(2)) await page.evaluate((text) => window.bySpeak(text), text);
    for (let at = 0; at < TRIES; at += 1) {
      const [one, other] = take(2);
      spoken.push(await page.evaluate((text) => window.bySpeak(text), one));
      addressed.push(await page.evaluate((text) => window.byAddress(text), other));
    }
    const figures = (values) => ({ p50: round(percentile(values, 0.5)), p95: round(percentile(values, 0.95)) });
    const [speak, address] = [figures(spoken), figures(addressed)];
    const by = `speak() ${speak.p50} / ${speak.p95} ms, <audio> ${address.p50} / ${address.p95} ms`;
    console.log(`first sound in Chromium, P50 / P95: ${by}`);
    return { speak, address };
  } finally {
    await chrome.close();
    await server.close();
  }
}

function showLoad({ clients, new: unknown, known }) {
  const row = [
    String(clients).padStart(7),
    String(unknown.requestsPerSecond).padStart(12),
    `${unknown.firstByteP50} / ${unknown.firstByteP95} ms`.padStart(20),
    String(known.requestsPerSecond).padStart(12),
    `${known.firstByteP50} / ${known.firstByteP95} ms`.padStart(20),
  ];
  console.log(row.join(' '));
}

const PARTS = { loads: () => served(loads), many: () => served(many), browser };
const result = {};
for (const [name, measure] of Object.entries(PARTS)) {
  if (!given.part || given.part === name) result[name] = await measure();
}
if (given.json) console.log(JSON.stringify(result));

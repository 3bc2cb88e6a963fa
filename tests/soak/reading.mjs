/**
 * Hours of reading through the real client, as fast as the engine makes them, with a small voice whose networks cost next to
 * nothing: all the rest is as ever. Then, with the voice of the site, hundreds of jobs that are dropped, and minutes that are heard.
 */
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import { alive } from '../e2e/alive.mjs';
import { launch } from '../e2e/chromium.mjs';
import { site } from '../e2e/site.mjs';
import { seeded } from './random.mjs';

const NOVEL = new URL('../../../shared/books/xiyouji-whole-gb18030.txt', import.meta.url);
const SMALL_VOICE = new URL('../../target/voices/random_causal/', import.meta.url);

/** Characters handed over at once: some two minutes of sound. */
const PORTION = 600;
/** How far marks may have moved against the sound at the end, in milliseconds. */
const DRIFT_MS = 20;
/** What the page's heap may grow by after the first tenth. */
const HEAP_MB = 2;
/** What the engine's memory may grow by, which never shrinks: it has 35 MB after 3 hours, 41 after 24, 71 after 237. */
const ENGINE_MB = 32;
/** What both may grow by while jobs are dropped. */
const DROPS_MB = 4;

/** A novel where there is one, and sentences that hardly repeat where there is none. */
async function novel(random) {
  if (existsSync(NOVEL)) return new TextDecoder('gb18030').decode(await readFile(NOVEL));
  const words = '山上 老虎 走进 村庄 行者 看见 妖怪 师父 牵着 白马 天色 渐渐 晚了 敲门 有人 说道 前面 大河 渡船'.split(
    ' ',
  );
  const sentence = () => Array.from({ length: 6 }, () => words[Math.floor(random() * words.length)]).join('');
  return Array.from({ length: 60_000 }, () => `${sentence()}。`).join('');
}

/** In the page: hears a portion to its end, and says how much sound it was and what the marks covered. */
const hear = async (text) => {
  let samples = 0;
  let last = 0;
  let ordered = true;
  for await (const chunk of window.langdu.stream(text)) {
    if (chunk.start !== samples || chunk.samples.some((sample) => !(Math.abs(sample) <= 1))) ordered = false;
    samples += chunk.samples.length;
    for (const { start, end } of chunk.marks) {
      if (start < last - 1 || end <= start) ordered = false;
      last = start;
    }
  }
  return { samples, ordered };
};

/** In the page: speaks and drops `count` times. */
const drop = async (count) => {
  for (let i = 0; i < count; i += 1) {
    const spoken = window.speak('这句话说到一半就不说了，换下一句。');
    await window.sleep((i % 5) * 8);
    window.langdu.cancel();
    await spoken;
  }
  return (await window.speak('好。')).code;
};

/** In the page: how much later by the clock the last marks come than the first ones do, by their own time, in milliseconds. */
const drift = async (text) => {
  const late = [];
  // By the device's own clock: on a machine without time to spare it falls behind the page's.
  const { context } = window.langdu.outputNode;
  const off = window.langdu.on('boundary', ({ elapsedTime }) => late.push((context.currentTime - elapsedTime) * 1000));
  const { code, underruns } = await window.speak(text);
  off();
  const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
  return { code, underruns, drift: median(late.slice(-40)) - median(late.slice(0, 40)) };
};

/** What the jobs that are dropped and the minutes that are heard take of a long run, in seconds; of a short one three tenths. */
const LAST = 400;
/** How long a page may take that has next to nothing of the processor, in milliseconds. */
const PATIENCE = 300_000;

/** Reads for so many seconds: the book, then jobs that are dropped, then what is heard. */
export async function reading(seconds) {
  const random = seeded(11);
  const begun = Date.now();
  const reads = Math.max(0.7 * seconds, seconds - LAST);
  const [tenth, end] = [begun + reads * 100, begun + reads * 1000];
  const server = await site({
    alter: (path, body) => {
      const file = new URL(path.replace('/small-voice/', ''), SMALL_VOICE);
      return path.startsWith('/small-voice/') && existsSync(file) ? readFileSync(file) : body;
    },
  });
  const browser = await chromium.launch(launch());
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE);
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');

    const load = async (options) => {
      await page.goto(`${server.url}harness.html`);
      await page.waitForFunction('window.ready === true');
      const { code } = await page.evaluate((options) => window.load(options), { workers: 1, ...options });
      if (code !== 0) throw new Error(`the voice does not load: ${code}`);
    };
    // By the tools: what a page is told of its own heap is rounded, and minutes old.
    const heap = async () => {
      // The tests' own notes of what is played are no part of what is measured.
      await page.evaluate(() => window.probe.blocks.splice(0));
      const sizes = [];
      // What a first collection finalises, the next ones free.
      for (let round = 0; round < 3; round += 1) {
        await session.send('HeapProfiler.collectGarbage');
        const usage = await session.send('Runtime.getHeapUsage');
        sizes.push(usage.usedSize + usage.embedderHeapUsedSize + usage.backingStorageSize);
      }
      return Math.min(...sizes);
    };
    const measure = async () => {
      const { memory } = (await page.evaluate(() => window.speak('好。'))).stats;
      const { bytes } = await page.evaluate(() => window.langdu.cache.stats());
      const metrics = (await session.send('Performance.getMetrics')).metrics;
      const metric = (name) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
      return {
        heap: await heap(),
        memory,
        nodes: metric('Nodes'),
        listeners: metric('JSEventListeners'),
        stored: bytes,
        ports: await alive(session, 'MessagePort'),
        contexts: await alive(session, 'AudioContext'),
        workers: await alive(session, 'Worker'),
      };
    };

    await load({ voice: 'causal', voiceUrl: '/small-voice/' });
    const text = await novel(random);
    let [at, characters, portions, sound, disorder] = [0, 0, 0, 0, 0];
    let early = null;
    while (Date.now() < end) {
      const portion = text.slice(at, at + PORTION);
      characters += portion.length;
      at = at + PORTION < text.length ? at + PORTION : 0;
      const { samples, ordered } = await page.evaluate(hear, portion);
      sound += samples / 24_000;
      portions += 1;
      if (portions % 100 === 0) console.error(`reading: ${characters} characters`);
      if (!ordered) {
        disorder += 1;
        console.error(`reading: out of order in the ${PORTION} characters before the ${characters}th`);
      }
      // What is looked at begins when the first tenth has filled what may be filled.
      if (!early && Date.now() > tenth) early = await measure();
    }
    const before = await measure();
    early ??= before;

    await load();
    await page.evaluate(drop, 20);
    const idle = await measure();
    const drops = Math.min(500, Math.round(seconds));
    const dropped = await page.evaluate(drop, drops);
    const after = await measure();
    // Some four characters a second.
    const heard = await page.evaluate(drift, text.slice(2000, 2000 + Math.round(Math.min(seconds, 600) * 0.8)));

    const megabytes = (bytes) => Math.round((bytes / 2 ** 20) * 10) / 10;
    const figures = {
      hours: Math.round((sound / 3600) * 100) / 100,
      characters,
      heap_growth_mb: megabytes(before.heap - early.heap),
      engine_mb: [early, before].map(({ memory }) => megabytes(memory)),
      stored_mb: [early, before].map(({ stored }) => megabytes(stored)),
      node_growth: before.nodes - early.nodes,
      port_growth: before.ports - early.ports,
      out_of_order: disorder,
      drops,
      drops_heap_growth_mb: megabytes(after.heap + after.memory - idle.heap - idle.memory),
      drops_listener_growth: after.listeners - idle.listeners,
      drops_port_growth: after.ports - idle.ports,
      contexts: after.contexts,
      workers: after.workers,
      drift_ms: Math.round(heard.drift * 10) / 10,
      underruns: heard.underruns,
    };
    console.error(
      `reading: ${figures.hours} hours, heap grew by ${figures.heap_growth_mb} MB, the engine has ${figures.engine_mb} MB`,
    );
    const flat =
      figures.heap_growth_mb < HEAP_MB &&
      before.memory - early.memory < ENGINE_MB * 2 ** 20 &&
      figures.port_growth <= 2 &&
      figures.drops_heap_growth_mb < DROPS_MB &&
      figures.drops_listener_growth <= 0 &&
      figures.drops_port_growth <= 2;
    const single = figures.contexts === 1 && figures.workers === 1;
    const right = disorder === 0 && dropped === 0 && heard.code === 0 && Math.abs(figures.drift_ms) < DRIFT_MS;
    return { figures, withstood: flat && single && right };
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Hours of reading through the real client, as fast as the engine makes them, and hundreds of jobs that are dropped. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import { CHROMIUM_FLAGS } from '../e2e/browsers.mjs';
import { site } from '../e2e/site.mjs';
import { seeded } from './random.mjs';

const NOVEL = new URL('../../../shared/books/xiyouji-whole-gb18030.txt', import.meta.url);

/** Characters handed over at once: some two minutes of sound. */
const PORTION = 600;

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
  return { code: (await window.speak('好。')).code, workers: window.probe.workers.length };
};

/** Reads for so many seconds, less what the dropped jobs take. */
export async function reading(seconds) {
  const random = seeded(11);
  const begun = Date.now();
  const drops = Math.min(500, Math.round(seconds * 3));
  const [tenth, end] = [begun + seconds * 100, begun + seconds * 800];
  const server = await site();
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [...CHROMIUM_FLAGS, '--autoplay-policy=no-user-gesture-required', '--js-flags=--expose-gc'],
    ignoreDefaultArgs: ['--mute-audio'],
  });
  try {
    const page = await browser.newPage();
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    await page.goto(`${server.url}harness.html`);
    await page.waitForFunction('window.ready === true');
    const { code } = await page.evaluate(() => window.load({ workers: 1 }));
    if (code !== 0) throw new Error(`the voice does not load: ${code}`);

    const measure = async () => {
      const heap = await page.evaluate(() => {
        window.gc?.();
        return performance.memory.usedJSHeapSize;
      });
      const metrics = (await session.send('Performance.getMetrics')).metrics;
      const metric = (name) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
      const { memory } = (await page.evaluate(() => window.speak('好。'))).stats;
      const { bytes } = await page.evaluate(() => window.langdu.cache.stats());
      return { heap: heap + memory, nodes: metric('Nodes'), listeners: metric('JSEventListeners'), stored: bytes };
    };

    const text = await novel(random);
    let [at, characters, sound, disorder] = [0, 0, 0, 0];
    let early = null;
    while (Date.now() < end) {
      const portion = text.slice(at, at + PORTION);
      characters += portion.length;
      at = at + PORTION < text.length ? at + PORTION : 0;
      const { samples, ordered } = await page.evaluate(hear, portion);
      sound += samples / 16000;
      if (!ordered) {
        disorder += 1;
        console.error(`reading: out of order in the ${PORTION} characters before the ${characters}th`);
      }
      // What is looked at begins when the first tenth has filled what may be filled.
      if (!early && Date.now() > tenth) early = await measure();
    }
    const before = await measure();
    early ??= before;
    const dropped = await page.evaluate(drop, drops);
    const after = await measure();
    const megabytes = (bytes) => Math.round((bytes / 2 ** 20) * 10) / 10;
    const figures = {
      hours: Math.round((sound / 3600) * 100) / 100,
      characters,
      heap_growth_mb: megabytes(before.heap - early.heap),
      stored_mb: megabytes(before.stored),
      node_growth: before.nodes - early.nodes,
      out_of_order: disorder,
      drops,
      drops_heap_growth_mb: megabytes(after.heap - before.heap),
      drops_listener_growth: after.listeners - before.listeners,
      workers: dropped.workers,
    };
    console.error(`reading: ${figures.hours} hours, heap grew by ${figures.heap_growth_mb} MB`);
    const flat = figures.heap_growth_mb < 16 && figures.drops_heap_growth_mb < 4 && figures.drops_listener_growth <= 0;
    return { figures, withstood: flat && disorder === 0 && dropped.code === 0 && dropped.workers === 1 };
  } finally {
    await browser.close();
    await server.close();
  }
}

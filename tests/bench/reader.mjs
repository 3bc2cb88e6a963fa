/**
 * Measures the reader in Chromium: a novel is opened, begins to sound, is jumped about in, is read for a while, and a chapter of it
 * is made into an audiobook. A table for people; with `--json` the last line is one JSON object. `--quick` leaves the audiobook out.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { brotliCompressSync } from 'node:zlib';
import { chromiumPage } from '../e2e/reader.mjs';
import { percentile, round } from './figures.mjs';

const DIST = process.env.DIST ?? fileURLToPath(new URL('../../dist/', import.meta.url));
const NOVEL = fileURLToPath(new URL('../../../shared/books/xiyouji-whole-gb18030.txt', import.meta.url));
const AXE = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const { values: given } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== ''),
  options: { json: { type: 'boolean' }, quick: { type: 'boolean' } },
});

/** A text of a novel's size, where the novel is not here. */
function invented() {
  const sentence = '山里的早晨来得慢，先是鸟叫，然后是水声，最后才是光。';
  const paragraph = `　　${sentence.repeat(6)}\n`;
  return Array.from({ length: 100 }, (_, at) => `第${at + 1}回　山中\n${paragraph.repeat(47)}`).join('');
}

const novel = existsSync(NOVEL) ? readFileSync(NOVEL) : Buffer.from(invented());

/** Script and style of the first load, without engine and voice, as a server would send them. */
async function appBytes() {
  const { page, url, close } = await chromiumPage({ plain: true });
  await page.goto(url);
  await page.waitForSelector('#empty');
  const loaded = await page.evaluate(() =>
    performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname.slice(1)),
  );
  await close();
  const own = [...new Set(loaded)].filter((path) => /^app.*\.(js|css)$/.test(path));
  return own.reduce((sum, path) => sum + brotliCompressSync(readFileSync(DIST + path)).length, 0);
}

async function measure() {
  const { page, url, close } = await chromiumPage({ plain: true });
  await page.goto(url);
  await page.waitForFunction(() => document.documentElement.dataset.voice === 'ready', undefined, { timeout: 120_000 });
  // From the choice of the file to its first line, all its chapters being listed.
  await page.evaluate((text) => {
    window.novel = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  }, novel.toString('base64'));
  const openMs = await page.evaluate(async () => {
    const chosen = new DataTransfer();
    chosen.items.add(new File([window.novel], '西游记.txt'));
    const input = document.querySelector('#files');
    const begun = performance.now();
    input.files = chosen.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
    while (!document.querySelector('.text [data-paragraph="0"]')) await new Promise(requestAnimationFrame);
    delete window.novel;
    return performance.now() - begun;
  });
  await page.goto(`${url}#/`);
  await page.waitForSelector('[data-book]');
  const shelfMs = await page.evaluate(async () => {
    const begun = performance.now();
    document.querySelector('[data-book] a').click();
    while (!document.querySelector('.text [data-paragraph="0"]')) await new Promise(requestAnimationFrame);
    return performance.now() - begun;
  });
  const firstSound = () =>
    page.evaluate(async () => {
      const begun = performance.now();
      const { set } = CSS.highlights;
      const heard = new Promise((resolve) => {
        CSS.highlights.set = (name, highlight) => {
          if (name === 'word') resolve(performance.now() - begun);
          return set.call(CSS.highlights, name, highlight);
        };
      });
      document.getElementById('play').click();
      const ms = await heard;
      delete CSS.highlights.set;
      document.getElementById('play').click();
      return ms;
    });
  const sounds = [];
  for (let chapter = 1; chapter <= 5; chapter += 1) {
    sounds.push(await firstSound());
    await jump(page, chapter * 7);
  }
  const jumps = { near: [], far: [] };
  for (let round = 0; round < 3; round += 1) {
    jumps.near.push(await jump(page, 1));
    jumps.far.push(await jump(page, 98));
  }
  const heap = async () => {
    const session = await page.context().newCDPSession(page);
    await session.send('HeapProfiler.collectGarbage');
    return (await session.send('Runtime.getHeapUsage')).usedSize;
  };
  await jump(page, 20);
  const before = await heap();
  for (let chapter = 21; chapter < 51; chapter += 1) await jump(page, chapter);
  const growth = ((await heap()) - before) / 1e6;
  const exportS = given.quick ? null : await exportChapter(page);
  const axe = await accessibility(page, url);
  const installability = await install(page, url);
  await close();
  return {
    open_ms: round(openMs),
    open_from_shelf_ms: round(shelfMs),
    first_sound_ms: round(percentile(sounds, 0.5)),
    jump_ms: round(percentile(jumps.far, 0.5)),
    jump_near_ms: round(percentile(jumps.near, 0.5)),
    export_s: exportS,
    heap_growth_mb: round(growth, 1),
    app_brotli: await appBytes(),
    installability,
    axe,
  };
}

/** From a tap in the contents to the chapter's first line. */
async function jump(page, chapter) {
  await page.click('#contents');
  await page.waitForSelector('.contents li');
  const ms = await page.evaluate(async (chapter) => {
    const before = document.querySelector('.text h2').textContent;
    const button = document.querySelectorAll('.contents button')[chapter];
    if (button.querySelector('span').textContent === before) return 0;
    const begun = performance.now();
    button.click();
    while (document.querySelector('.text h2').textContent === before) await new Promise(requestAnimationFrame);
    return performance.now() - begun;
  }, chapter);
  await page.waitForFunction(() => document.querySelector('dialog[open]') === null);
  return ms;
}

async function exportChapter(page) {
  await page.click('#export');
  await page.waitForSelector('#start-export');
  const begun = performance.now();
  await page.click('#start-export');
  await page.waitForSelector('[data-status=done]', { timeout: 900_000 });
  const seconds = (performance.now() - begun) / 1000;
  await page.click('#discard-export');
  await page.keyboard.press('Escape');
  return round(seconds, 1);
}

async function accessibility(page, url) {
  const found = {};
  for (const [view, go] of Object.entries({
    library: () => page.goto(`${url}#/`),
    settings: () => page.goto(`${url}#/settings`),
    paste: () => page.goto(`${url}#/paste`),
    book: async () => {
      await page.goto(`${url}#/`);
      await page.click('.book-link');
      await page.waitForSelector('.player');
    },
    export: () => page.click('#export'),
  })) {
    await go();
    await page.waitForTimeout(500);
    await page.evaluate(AXE);
    found[view] = await page.evaluate(async () => (await window.axe.run()).violations.length);
  }
  await page.keyboard.press('Escape');
  return found;
}

async function install(page, url) {
  await page.goto(url);
  const session = await page.context().newCDPSession(page);
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  // A private window, which this is, can install nothing.
  return installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito');
}

const figures = await measure();
for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(18)} ${JSON.stringify(value)}`);
if (given.json) console.log(JSON.stringify(figures));

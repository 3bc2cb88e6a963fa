/**
 * Takes the pictures of the app that its manifest and the README show: `node www/reader/draw-screenshots.mjs BOOK…`. The build
 * must be there; the books fill the shelf.
 */
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { serve } from '../tools/serve.mjs';

const server = await serve({ root: fileURLToPath(new URL('../../dist/', import.meta.url)) });
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--autoplay-policy=no-user-gesture-required'],
});
const picture = (name) => fileURLToPath(new URL(`pictures/screenshot-${name}.png`, import.meta.url));

/** Opens the app with the books on its shelf, and the sample last. */
async function open(viewport, colorScheme, deviceScaleFactor) {
  const page = await browser.newPage({ viewport, colorScheme, deviceScaleFactor, locale: 'zh-CN' });
  await page.goto(server.url);
  await page.waitForSelector('#empty');
  const books = process.argv.slice(2);
  await page.setInputFiles('#files', books);
  await page.waitForFunction((count) => document.querySelectorAll('[data-book]').length === count, books.length, {
    timeout: 90_000,
  });
  return page;
}

async function read(page) {
  await page.click('[data-book] .book-link');
  await page.waitForFunction(() => document.documentElement.dataset.voice === 'ready', undefined, { timeout: 90_000 });
  await page.click('#play');
  await page.waitForFunction(
    () => /^[^第].{12}/.test([...(CSS.highlights.get('sentence') ?? [])].join('')),
    undefined,
    { timeout: 60_000 },
  );
  await page.waitForTimeout(1500);
}

const phone = await open({ width: 390, height: 844 }, 'light', 2);
await read(phone);
await phone.screenshot({ path: picture('phone') });
const small = await open({ width: 390, height: 844 }, 'light', 1);
await small.screenshot({ path: 'docs/reader-shelf.png' });
await read(small);
await small.click('#play');
await small.click('#look');
await small.check('#pinyin', { force: true });
await small.keyboard.press('Escape');
await small.emulateMedia({ colorScheme: 'dark' });
await small.waitForSelector('ruby');
await small.screenshot({ path: 'docs/reader-pinyin.png' });
await small.emulateMedia({ colorScheme: 'light' });
await small.click('#export');
await small.waitForSelector('#start-export');
await small.screenshot({ path: 'docs/reader-export.png' });
await small.keyboard.press('Escape');
await small.click('#wrong-reading');
await small.waitForSelector('#reading-dialog .choices');
await small.screenshot({ path: 'docs/reader-reading.png' });
const desk = await open({ width: 1440, height: 900 }, 'light', 1);
await desk.screenshot({ path: picture('desk') });
await desk.emulateMedia({ colorScheme: 'dark' });
await read(desk);
await desk.screenshot({ path: 'docs/screenshot.png' });
await browser.close();
await server.close();

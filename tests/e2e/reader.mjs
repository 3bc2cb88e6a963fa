/** The reader in Chromium, for tests that need more of the browser than two browsers share. */
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { serve } from '../../www/tools/serve.mjs';
import { CHROMIUM_FLAGS } from './browsers.mjs';
import { site } from './site.mjs';

const DIST = process.env.DIST ?? fileURLToPath(new URL('../../dist/', import.meta.url));

/** A fresh profile on an origin of its own; `plain`: the build as it is, without the probe. */
export async function chromiumPage({ plain = false } = {}) {
  const server = await (plain ? serve({ root: DIST }) : site());
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [...CHROMIUM_FLAGS, '--autoplay-policy=no-user-gesture-required'],
    ignoreDefaultArgs: ['--mute-audio'],
  });
  const page = await browser.newPage({ locale: 'zh-CN' });
  page.setDefaultTimeout(Number(process.env.PATIENCE ?? 30_000));
  const close = async () => {
    await browser.close();
    await server.close();
  };
  return { page, url: server.url, server, close };
}

/** Opens one file, as from the shelf's head, and waits for its text. */
export async function open(page, files) {
  await page.waitForSelector('#open, #files', { state: 'attached' });
  await page.setInputFiles('#open', files);
  await page.waitForSelector('.text [data-paragraph="0"]');
}

/** The titles on the shelf. */
export async function shelf(page, url) {
  if (url) await page.goto(`${url}#/`);
  await page.waitForSelector('.books, #empty');
  return page.locator('[data-book] .book-title').allTextContents();
}

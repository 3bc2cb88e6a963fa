/** The reader in Chromium, for tests that need more of the browser than two browsers share. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { Builder } from 'selenium-webdriver';
import chrome from 'selenium-webdriver/chrome.js';
import { serve } from '../../www/tools/serve.mjs';
import { announced, soundServer } from './browsers.mjs';
import { chromiumContext, launch } from './chromium.mjs';
import { site } from './site.mjs';

const DIST = process.env.DIST ?? fileURLToPath(new URL('../../dist/', import.meta.url));

/**
 * A fresh profile on an origin of its own; `plain`: the build as it is, without the probe; `before`: a script that runs ahead
 * of the page's own.
 */
export async function chromiumPage({ plain = false, before = '' } = {}) {
  const server = await (plain ? serve({ root: DIST }) : site({ before }));
  const { context, close: leave } = await chromiumContext();
  const page = await context.newPage();
  page.setDefaultTimeout(Number(process.env.PATIENCE ?? 30_000));
  const close = async () => {
    await leave();
    await server.close();
  };
  return { page, url: server.url, server, close };
}

/** As a person has it: a profile that lasts, in which the app can be installed. */
export async function installedPage() {
  const server = await serve({ root: DIST });
  const profile = mkdtempSync(join(tmpdir(), 'langdu-profile-'));
  const context = await chromium.launchPersistentContext(profile, { ...launch(), locale: 'zh-CN' });
  const [page] = context.pages();
  page.setDefaultTimeout(30_000);
  const close = async () => {
    await context.close();
    await server.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { page, context, url: server.url, close };
}

/** A window on a screen, driven by WebDriver: a tab of it is really hidden when another one is in front. */
export async function windowDriver() {
  soundServer();
  const display = await announced('Xvfb', ['-displayfd', '1', '-screen', '0', '1280x800x24'], /^(\d+)$/m);
  const server = await site();
  const { executablePath, args } = launch();
  const options = new chrome.Options().setBinaryPath(executablePath).addArguments(...args);
  const service = new chrome.ServiceBuilder('/usr/bin/chromedriver').setEnvironment({
    ...process.env,
    DISPLAY: `:${display.found}`,
  });
  const driver = await new Builder().forBrowser('chrome').setChromeOptions(options).setChromeService(service).build();
  const close = async () => {
    await driver.quit();
    await server.close();
    display.process.kill();
  };
  return { driver, url: server.url, close };
}

/** What a reader has chosen in the app's settings. */
export async function prefer(page, settings) {
  await page.evaluate(async (settings) => {
    const db = await new Promise((resolve) => {
      const request = indexedDB.open('langdu-reader');
      request.onsuccess = () => resolve(request.result);
    });
    const change = db.transaction('values', 'readwrite');
    change.objectStore('values').put(settings, 'settings');
    await new Promise((resolve) => {
      change.oncomplete = resolve;
    });
    db.close();
  }, settings);
  await page.reload();
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

/** Turns a switch or takes a choice, once it is there: the input itself lies unseen in its label. */
export const choose = (page, input) => page.locator(input).locator('xpath=ancestor::label').click();

/** Waits until the voice sounds, or is silent. */
export async function playing(page, on) {
  const label = on ? '暂停' : '播放';
  await page.waitForFunction((label) => document.getElementById('play')?.getAttribute('aria-label') === label, label);
}

/** In the page: the sentence that is marked, without what is written above it. */
const inMarks = () =>
  [...(CSS.highlights.get('sentence') ?? [])]
    .flatMap((range) => {
      const part = range.cloneContents();
      for (const reading of part.querySelectorAll('rt')) reading.remove();
      return part.textContent;
    })
    .join('');

export const marked = (page) => page.evaluate(inMarks);

/** Waits until the marked sentence begins so. */
export async function sentence(page, start) {
  const deadline = Date.now() + 30_000;
  for (let now = await marked(page); !now.startsWith(start); now = await marked(page)) {
    if (Date.now() > deadline) throw new Error(`never marked: ${start}; at last ${now}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** The documentation's live examples speak, in both languages; its pictures: `node tests/apps/documentation.mjs [folder]`. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { CHROMIUM, CHROMIUM_FLAGS } from '../e2e/chromium.mjs';
import { listen } from './listen.mjs';
import { serveApp } from './server.mjs';

const SITE = fileURLToPath(new URL('../../dist/site/', import.meta.url));
const SCREENS = { desk: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };
const [pictures] = process.argv.slice(2);

// The theme lays its pages out by styles in them.
const server = await serveApp(SITE, ["style-src 'self' 'unsafe-inline'"]);
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: CHROMIUM_FLAGS,
  ignoreDefaultArgs: ['--mute-audio'],
});
try {
  for (const path of ['guide/start.html', 'zh/guide/start.html']) {
    const faults = await listen(browser, server.url + path);
    console.log(path, faults.length === 0 ? 'speaks' : faults.join('\n'));
    if (faults.length > 0) process.exitCode = 1;
  }
  for (const [name, viewport] of pictures ? Object.entries(SCREENS) : []) {
    const page = await browser.newPage({ viewport, locale: 'zh-CN' });
    await page.goto(`${server.url}zh/index.html`);
    await page.waitForSelector('#speak:enabled', { timeout: 60_000 });
    await page.screenshot({ path: join(pictures, `site-${name}.png`) });
    await page.close();
  }
} finally {
  await browser.close();
  await server.close();
}

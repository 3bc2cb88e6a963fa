/** The page without a network, and its updates. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serve } from '../../www/tools/serve.mjs';
import { browsers, until } from './browsers.mjs';

const DIST = process.env.DIST ?? fileURLToPath(new URL('../../dist/', import.meta.url));
const READY = "document.querySelector('.voice.ready') !== null";

for (const browser of browsers) {
  describe(`offline in ${browser.name}`, () => {
    let server;
    let page;
    /** What the network does to files, null where there is none. */
    let change = (_path, body) => body;

    before(async () => {
      server = await serve({ root: DIST, alter: (path, body) => change?.(path, body) ?? null });
      page = await browser.page();
    });

    after(async () => {
      await page?.close();
      await server?.close();
    });

    const visit = async () => {
      await page.open('about:blank');
      await page.open(server.url);
      await until(page, READY, 60_000);
    };
    const state = () =>
      page.run(async () => {
        const { active, waiting } = await navigator.serviceWorker.ready;
        return { active: active?.state, waiting: waiting?.state ?? 'none' };
      });

    test('everything is kept at the first visit', async () => {
      await visit();
      while ((await state()).active !== 'activated') await new Promise((resolve) => setTimeout(resolve, 50));
    });

    test('the page loads and speaks with the network cut', async () => {
      change = null;
      const before = server.requests.length;
      await visit();
      await page.fill('#text', '断网也能朗读。');
      await page.click('#speak');
      await until(page, "/毫秒/.test(document.getElementById('first-sound').textContent)", 60_000);
      assert.equal(await page.peek("document.getElementById('alert').hidden"), true);
      const asked = server.requests.slice(before).filter((path) => path !== '/sw.js');
      assert.deepEqual(asked, []);
    });

    test('an update that is not whole changes nothing', async () => {
      change = (path, body) => (path === '/sw.js' ? renamed(body) : path === '/style.css' ? Buffer.from('') : body);
      await page.run(() => navigator.serviceWorker.ready.then((registration) => registration.update()));
      const asked = () => server.requests.lastIndexOf('/style.css') > server.requests.lastIndexOf('/sw.js');
      while (!asked()) await new Promise((resolve) => setTimeout(resolve, 50));
      await page.run(() => new Promise((resolve) => setTimeout(resolve, 500)));
      assert.deepEqual(await state(), { active: 'activated', waiting: 'none' });
    });
  });
}

/** A service worker that expects another `style.css`. */
function renamed(body) {
  return Buffer.from(body.toString().replace(/("style\.css":")[0-9a-f]{64}/, `$1${'0'.repeat(64)}`));
}

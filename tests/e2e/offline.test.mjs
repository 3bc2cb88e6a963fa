/** The reader without a network, and its updates. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serve } from '../../www/tools/serve.mjs';
import { browsers, until } from './browsers.mjs';

const DIST = process.env.DIST ?? fileURLToPath(new URL('../../dist/', import.meta.url));
const READY = "document.documentElement.dataset.voice === 'ready'";

// WebKit's driver opens private windows, in which it keeps neither Blobs in IndexedDB nor files.
for (const browser of browsers.filter(({ name }) => name !== 'WebKit')) {
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

    const visit = async (url = server.url) => {
      await page.open('about:blank');
      await page.open(url);
      await until(page, READY, 60_000);
    };
    const state = () =>
      page.run(async () => {
        const { active, waiting } = await navigator.serviceWorker.ready;
        return { active: active?.state, waiting: waiting?.state ?? 'none' };
      });
    const kept = () =>
      page.run(async () => (await (await caches.open('langdu-files')).keys()).map(({ url }) => new URL(url).pathname));
    const settle = async () => {
      while ((await state()).active !== 'activated') await new Promise((resolve) => setTimeout(resolve, 50));
      while (!(await kept()).some((path) => path.endsWith('/engine_bg.wasm')))
        await new Promise((resolve) => setTimeout(resolve, 50));
    };

    test('everything is kept at the first visit, and of the engine the build that runs here alone', async () => {
      await visit();
      await settle();
      assert.equal((await kept()).filter((path) => path.endsWith('/engine_bg.wasm')).length, 1);
      assert.equal(
        await page.peek('navigator.serviceWorker.controller !== null'),
        true,
        'the first page is not served by its worker',
      );
    });

    test('the app opens a book and reads with the network cut', async () => {
      change = null;
      const before = server.requests.length;
      await visit();
      await page.click('#sample');
      await until(page, "document.getElementById('play') !== null", 30_000);
      await page.click('#play');
      await until(page, "CSS.highlights.get('word') !== undefined", 60_000);
      await page.click('#play');
      assert.equal(await page.peek("document.getElementById('notice')"), null);
      const asked = server.requests.slice(before).filter((path) => path !== '/sw.js');
      assert.deepEqual(asked, []);
    });

    test('what the browser has thrown away is missed in words, fetched anew and kept', async () => {
      const graphs = async () => (await kept()).filter((path) => path.endsWith('.onnx')).length;
      const before = await graphs();
      await page.run(async () => {
        const cache = await caches.open('langdu-files');
        for (const request of await cache.keys())
          if (/encoder\.onnx|app\.css/.test(request.url)) await cache.delete(request);
      });
      assert.equal(await graphs(), before - 1);
      await page.open('about:blank');
      await page.open(server.url);
      await until(page, "document.documentElement.dataset.voice === 'failed'", 60_000);
      change = (_path, body) => body;
      await visit();
      assert.equal(await graphs(), before);
      change = null;
      await visit();
      assert.equal(await page.peek('getComputedStyle(document.body).margin'), '0px');
    });

    test('an update that is not whole changes nothing', async () => {
      change = (path, body) => (path === '/sw.js' ? renamed(body) : path === '/app.css' ? Buffer.from('') : body);
      await page.run(() => navigator.serviceWorker.ready.then((registration) => registration.update()));
      const asked = () => server.requests.lastIndexOf('/app.css') > server.requests.lastIndexOf('/sw.js');
      while (!asked()) await new Promise((resolve) => setTimeout(resolve, 50));
      await page.run(() => new Promise((resolve) => setTimeout(resolve, 500)));
      assert.deepEqual(await state(), { active: 'activated', waiting: 'none' });
    });

    test('an update is offered, and taken when the reader wants it', async () => {
      change = (path, body) => (path === '/sw.js' ? Buffer.concat([body, Buffer.from('\n// another')]) : body);
      await page.run(() => navigator.serviceWorker.ready.then((registration) => registration.update()));
      await until(page, "document.getElementById('update') !== null");
      assert.equal((await state()).waiting, 'installed');
      await page.run(() => {
        window.before = true;
      });
      await page.click('#update button');
      await until(page, 'window.before === undefined');
      await until(page, READY, 60_000);
      assert.deepEqual(await state(), { active: 'activated', waiting: 'none' });
    });

    test('a host that redirects index.html to the folder is fine', async () => {
      change = (_path, body) => body;
      const front = await redirecting(server.url);
      try {
        await visit(front.url);
        await settle();
        front.close();
        await visit(front.url);
      } finally {
        front.close();
      }
    });
  });
}

/** A service worker that expects another `app.css`. */
function renamed(body) {
  return Buffer.from(body.toString().replace(/("?app\.css"?:")[0-9a-f]{64}/, `$1${'0'.repeat(64)}`));
}

/** In front of a server, as hosts with clean addresses do it. */
async function redirecting(origin) {
  const front = createServer(async ({ url }, response) => {
    if (url === '/index.html') response.writeHead(301, { location: '/' }).end();
    else {
      const answer = await fetch(new URL(url, origin));
      const headers = Object.fromEntries(
        ['content-type', 'content-security-policy'].map((name) => [name, answer.headers.get(name) ?? '']),
      );
      response.writeHead(answer.status, headers).end(Buffer.from(await answer.arrayBuffer()));
    }
  });
  await new Promise((resolve) => front.listen(0, '127.0.0.1', () => resolve(undefined)));
  const close = () => {
    front.closeAllConnections();
    front.close();
  };
  return { url: `http://127.0.0.1:${front.address().port}/`, close };
}

/** The life that service workers lead: stopped at any moment, updated in the middle, with several pages, in private windows. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { browsers, until } from './browsers.mjs';
import { DIST, serviceSite } from './service-site.mjs';

const SENTENCE = '他在窗前坐了很久，看着街上的人来来往往。';
/** Takes a while, since no sentence of it is known by another. */
const LONG = Array.from({ length: 100 }, (_, at) => `第${at}次，${SENTENCE}`).join('');
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Begins to fetch a text's sound; `window.outcome` will be its length, or that it broke off. */
function fetchSound(text) {
  const init = { method: 'POST', body: new URLSearchParams({ text }) };
  window.begun = new Promise((resolve) => {
    window.outcome = fetch('/langdu/tts/stream', init)
      .then(async (response) => {
        const reader = response.body.getReader();
        let bytes = 0;
        for (let part = await reader.read(); !part.done; part = await reader.read()) {
          bytes += part.value.length;
          resolve(true);
        }
        return response.ok ? bytes : `status ${response.status}`;
      })
      .catch(() => 'broken off')
      .finally(() => resolve(false));
  });
}

const begin = (page, text) => page.run(fetchSound, text);
const begun = (page) => page.run(() => window.begun);
const outcome = (page) => page.run(() => window.outcome);
const whole = async (page, text) => {
  await begin(page, text);
  return outcome(page);
};

/** What is made of words that are known may be a little longer or shorter. */
const isWhole = (bytes, again) => Math.abs(bytes / again - 1) < 0.02;

const OWN_WORKER = `
  import { langduService } from './service/service.ts';
  langduService({ path: '/langdu/' });`;

/** A page that has a Langdu already. */
const OWN_PAGE = `
  import { answerService } from './client/answer.ts';
  const { Langdu } = await import(new URL('/langdu/langdu.js', location.href).href);
  const langdu = await Langdu.load({ baseUrl: '/langdu/' });
  answerService(async () => langdu);
  await navigator.serviceWorker.register('/service-worker.js');
  await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller) location.reload();
  else window.langdu = langdu;`;

/** A script as a site would have it built. */
function bundle(contents, format) {
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: fileURLToPath(new URL('../../www', import.meta.url)), loader: 'ts' },
    bundle: true,
    format,
    target: 'es2022',
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0].text;
}

for (const browser of browsers) {
  describe(`the life of the service in ${browser.name}`, () => {
    const files = {};
    let server;
    let page;

    before(async () => {
      server = await serviceSite(undefined, files);
      page = await browser.page();
      await page.open(server.url);
      await until(page, 'navigator.serviceWorker.controller !== null');
    });

    after(async () => {
      await page?.close();
      await server?.close();
    });

    test('stopped at any moment, it breaks the sound off, and the next one speaks', async (context) => {
      if (!page.stopWorkers) return context.skip('this browser has no way to stop it');
      let broken = 0;
      for (const delay of [0, 20, 80, 150, 500, 1000]) {
        // A page that has to load the engine first.
        await page.open(server.url);
        // No sentence is known, so that it takes seconds to make them.
        const sentences = Array.from({ length: 8 }, (_, i) => `${delay}毫秒，第${i}句，${SENTENCE}`);
        const text = sentences.join('');
        await begin(page, text);
        await sleep(delay);
        await page.stopWorkers();
        const found = await outcome(page);
        const bytes = await whole(page, text);
        assert.ok(bytes > 500_000, `${bytes} bytes after ${delay} ms`);
        if (found === 'broken off') broken += 1;
        else assert.ok(isWhole(found, bytes), `${found} of ${bytes} bytes after ${delay} ms`);
      }
      assert.ok(broken >= 2, `${broken} of 6 were broken off`);
    });

    test('files do not go through it: whoever waits for one while it is stopped would wait for ever', async () => {
      await whole(page, SENTENCE);
      const taken = await page.run(() =>
        performance
          .getEntriesByType('resource')
          .filter(({ name }) => /\/(langdu\.js|engine_bg\.wasm|voice\.json)$/.test(name))
          // What comes from a service worker counts as nothing that was transferred.
          .map(({ transferSize }) => transferSize > 0),
      );
      assert.deepEqual(taken, [true, true, true]);
      const status = (path) => page.run(async (path) => (await fetch(path)).status, path);
      assert.equal(await status('/langdu/voices/xiaolang/LICENSE'), 200, 'a file that looks like a route');
      assert.equal(await status('/langdu/nowhere'), 404);
    });

    test('updated in the middle, it says all of it before the next version goes on', async () => {
      const text = `更新，${SENTENCE.repeat(20)}`;
      await begin(page, text);
      assert.ok(await begun(page));
      const worker = await readFile(join(DIST, 'service-worker.js'), 'utf8');
      const second =
        "self.addEventListener('fetch', (e) => e.request.url.endsWith('/version') && e.respondWith(new Response('2')));";
      files['/service-worker.js'] = `${second}\n${worker}`;
      await page.run(async () => {
        // Not by asking again and again: Chromium puts the next version off while the present one is asked, up to five minutes.
        window.changed = new Promise((resolve) => {
          navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true });
        });
        await (await navigator.serviceWorker.getRegistration()).update();
      });
      const found = await outcome(page);
      await page.run(async () => void (await window.changed));
      assert.equal(await page.run(async () => (await fetch('/langdu/version')).text()), '2');
      const bytes = await whole(page, text);
      assert.ok(bytes > 500_000, `${bytes} bytes`);
      assert.ok(isWhole(found, bytes), `${found} of ${bytes} bytes`);
    });

    test('two pages share one engine, and the other goes on when one is closed', async () => {
      await whole(page, '你好。');
      const other = await page.sibling(server.url);
      await other.run(async () => void (await navigator.serviceWorker.ready));
      const hasEngine = () =>
        other.run(() => performance.getEntriesByType('resource').some(({ name }) => name.endsWith('engine_bg.wasm')));
      // Both at once.
      await begin(page, SENTENCE);
      await begin(other, SENTENCE.repeat(2));
      const [one, two] = [await outcome(page), await outcome(other)];
      assert.ok(Math.abs(two / one - 2) < 0.2, `${one} and ${two} bytes`);
      assert.equal(await hasEngine(), false);
      await begin(other, LONG);
      assert.ok(await begun(other));
      await page.open('about:blank');
      assert.equal(await outcome(other), 'broken off');
      assert.ok((await whole(other, SENTENCE)) > 50_000);
      assert.equal(await hasEngine(), true);
      await other.close();
      await page.open(server.url);
    });

    test('in a private window it speaks, and keeps its files as long as that is open', {
      skip: browser.name !== 'Firefox' && 'here every window is a private one',
    }, async () => {
      const own = await browser.page({ incognito: true });
      try {
        await own.open(server.url);
        await until(own, 'navigator.serviceWorker.controller !== null');
        assert.ok((await whole(own, SENTENCE)) > 50_000);
        const found = await own.run(async () => {
          const init = { method: 'POST', body: new URLSearchParams({ text: '你好。' }) };
          const { data } = await (await fetch('/langdu/tts', init)).json();
          const part = await fetch(data.audio_url, { headers: { range: 'bytes=100-199' } });
          return [part.status, (await part.arrayBuffer()).byteLength];
        });
        assert.deepEqual(found, [206, 100]);
      } finally {
        await own.close();
      }
    });

    test("a site's own service worker, and the Langdu that its page has", async () => {
      const own = {
        '/service-worker.js': bundle(OWN_WORKER, 'iife'),
        '/page.js': bundle(OWN_PAGE, 'esm'),
      };
      const site = await serviceSite('<!doctype html><script type="module" src="/page.js"></script>', own);
      try {
        await page.open(site.url);
        await until(page, 'window.langdu !== undefined');
        const { first, second, loads } = await page.run(async () => {
          const length = async () =>
            (await (await fetch('/langdu/tts/stream?text=你好，世界。&format=pcm')).arrayBuffer()).byteLength;
          const [first, second] = [await length(), await length()];
          const names = performance.getEntriesByType('resource').map(({ name }) => name);
          return { first, second, loads: names.filter((name) => name.endsWith('engine_bg.wasm')).length };
        });
        assert.ok(first > 24_000, `${first} bytes`);
        assert.equal(second, first);
        assert.ok(loads <= 1, `${loads} engines`);
      } finally {
        await page.open('about:blank');
        await site.close();
      }
    });
  });
}

/** The web service in a service worker: the shared list of requests, and plain pages. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { browsers, until } from './browsers.mjs';
import { serviceSite } from './service-site.mjs';

const CASES = JSON.parse(await readFile(new URL('../service/cases.json', import.meta.url), 'utf8'));

for (const browser of browsers) {
  describe(`the service in ${browser.name}`, () => {
    let server;
    let page;

    before(async () => {
      server = await serviceSite();
      page = await browser.page();
      await page.open(server.url);
    });

    after(async () => {
      await page?.close();
      await server?.close();
    });

    test('a plain page speaks at its first visit', async () => {
      await until(page, "document.getElementById('hello').readyState >= 3", 60_000);
      const played = await page.run(async () => {
        const audio = document.getElementById('hello');
        const ended = new Promise((resolve) => audio.addEventListener('ended', resolve, { once: true }));
        await audio.play();
        const began = performance.now();
        await ended;
        // Not every browser knows where the end of a stream was.
        return (performance.now() - began) / 1000;
      });
      assert.ok(played > 0.8, `${played} s`);
    });

    test('a form is spoken in a frame', async () => {
      await page.click('#speak');
      await until(
        page,
        "document.querySelector('iframe').contentDocument?.querySelector('video, audio')?.currentTime > 0.5",
      );
    });

    test('answers as the description says', async () => {
      const results = await page.run(async (cases) => {
        const { runCases } = await import('/run.mjs');
        return runCases(cases, new URL('/langdu/', location.href));
      }, CASES);
      assert.deepEqual(
        results.filter(({ failure }) => failure),
        [],
      );
    });

    test('Opus is made where the browser can', async () => {
      const { status, start, code } = await page.run(async () => {
        const response = await fetch('/langdu/tts/stream?text=你好，世界。&format=opus');
        const text = await response.text();
        return { status: response.status, start: text.slice(0, 4), code: response.ok ? 0 : JSON.parse(text).code };
      });
      if (status === 200) assert.equal(start, 'OggS');
      else assert.equal(code, 'E_OPTION_FORMAT');
    });

    test('the official client of a cloud service speaks', async () => {
      const { head, making, error } = await page.run(async () => {
        const { default: OpenAI } = await import('/openai.js');
        const baseURL = new URL('/langdu/v1', location.href).href;
        const client = new OpenAI({ baseURL, apiKey: 'none', dangerouslyAllowBrowser: true, maxRetries: 0 });
        const speech = { model: 'tts-1', voice: 'alloy', response_format: 'wav' };
        const response = await client.audio.speech.create({
          ...speech,
          input: '今天天气不错，我们去公园走走。'.repeat(30),
        });
        const reader = response.body.getReader();
        const first = (await reader.read()).value;
        const health = await fetch('/langdu/health').then((response) => response.json());
        while (!(await reader.read()).done);
        const refused = await client.audio.speech.create({ ...speech, input: '……' }).catch((error) => error);
        return {
          head: new TextDecoder().decode(first.subarray(0, 4)),
          making: health.data.jobs,
          error: { status: refused.status, code: refused.code },
        };
      });
      assert.equal(head, 'RIFF');
      assert.equal(making, 1);
      assert.deepEqual(error, { status: 400, code: 'E_TEXT_EMPTY' });
    });

    const jobs = () => page.run(async () => (await (await fetch('/langdu/health')).json()).data.jobs);

    test('what a client has dropped is not made', async () => {
      await page.run(async () => {
        const controller = new AbortController();
        const text = '他在窗前坐了很久，看着街上的人来来往往。'.repeat(200);
        const init = { method: 'POST', body: new URLSearchParams({ text }), signal: controller.signal };
        const response = await fetch('/langdu/tts/stream', init);
        await response.body.getReader().read();
        controller.abort();
      });
      const deadline = Date.now() + 10_000;
      while ((await jobs()) > 0) {
        assert.ok(Date.now() < deadline, 'the job goes on');
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    });

    test('a full queue says when to come back', async () => {
      const { retries, codes, held } = await page.run(async () => {
        const text = '他在窗前坐了很久，看着街上的人来来往往。'.repeat(50);
        const controller = new AbortController();
        const init = { method: 'POST', body: new URLSearchParams({ text }), signal: controller.signal };
        const refused = [];
        await new Promise((resolve) => {
          for (let count = 0; count < 70; count += 1) {
            fetch('/langdu/tts/stream', init).then((response) => {
              if (response.status === 503) refused.push(response);
              if (refused.length === 6) resolve();
            }, Boolean);
          }
        });
        const { data } = await (await fetch('/langdu/health')).json();
        const codes = await Promise.all(refused.map(async (response) => (await response.json()).code));
        controller.abort();
        return { retries: refused.map(({ headers }) => headers.get('retry-after')), codes, held: data.jobs };
      });
      assert.equal(held, 64);
      assert.deepEqual(retries, Array(6).fill('1'));
      assert.deepEqual(codes, Array(6).fill('E_SERVICE_BUSY'));
    });

    test('the page of the description lists every route, and tries one', async () => {
      await until(page, 'navigator.serviceWorker.controller !== null');
      await page.open(new URL('/langdu/docs', server.url).href);
      await until(page, "document.querySelectorAll('.opblock').length >= 10", 30_000);
      const route = '.opblock[id$=health]';
      await page.click(`${route} .opblock-summary-control`);
      // Swagger UI forgets what is executed before it has read all of the route.
      await until(page, `document.querySelector('${route} .model-example') !== null`);
      await page.click(`${route} .execute`);
      const status = `${route} .live-responses-table .response .response-col_status`;
      await until(page, `document.querySelector('${status}')?.textContent.startsWith('200')`);
      await page.open(server.url);
    });

    test('sound that was asked for before and refused after is asked for again', {
      skip: browser.name === 'Chromium' ? false : 'this browser has no way to hold an answer up',
    }, async () => {
      const held = await serviceSite();
      const other = await browser.page();
      try {
        const session = await other.devTools();
        const asked = new Promise((resolve) => session.once('Fetch.requestPaused', resolve));
        await session.send('Fetch.enable', { patterns: [{ urlPattern: '*/tts/stream*' }] });
        await other.open(held.url);
        const { requestId } = await asked;
        await until(other, 'navigator.serviceWorker.controller !== null');
        await session.send('Fetch.fulfillRequest', { requestId, responseCode: 404 });
        await session.send('Fetch.disable');
        await until(other, "document.getElementById('hello').readyState >= 3");
      } finally {
        await other.close();
        await held.close();
      }
    });
  });
}

/** The builds of the engine: the browser gets the fastest that it runs, and all of them say the same. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { browsers, until } from './browsers.mjs';
import { site } from './site.mjs';

const TEXT = '今天天气不错，早上好！';
/** A browser without relaxed SIMD: the only difference between the probes is their length. */
const PLAIN =
  'const { validate } = WebAssembly; WebAssembly.validate = (bytes) => bytes.length < 32 && validate(bytes);';

for (const browser of browsers) {
  describe(`builds in ${browser.name}`, () => {
    /** The samples of a text, and the folder that the engine came from. */
    async function speak(before) {
      const server = await site({ before });
      const page = await browser.page();
      try {
        await page.open(`${server.url}harness.html`);
        await until(page, 'window.ready === true');
        const samples = await page.run(async (text) => {
          await window.load();
          const samples = [];
          for await (const chunk of window.langdu.stream(text)) samples.push(...chunk.samples);
          return samples;
        }, TEXT);
        return { samples, engine: server.requests.filter((path) => path.endsWith('.wasm')) };
      } finally {
        await page.close();
        await server.close();
      }
    }

    test('say the same, and each browser loads one', async () => {
      const [best, plain] = [await speak(''), await speak(PLAIN)];
      assert.deepEqual(plain.engine, ['/engine_bg.wasm']);
      assert.equal(best.engine.length, 1);
      if (browser.name === 'Chromium') assert.deepEqual(best.engine, ['/relaxed/engine_bg.wasm']);
      assert.equal(best.samples.length, plain.samples.length);
      const peak = Math.max(...plain.samples.map(Math.abs));
      const difference = Math.max(...plain.samples.map((sample, i) => Math.abs(sample - best.samples[i])));
      assert.ok(peak > 0.05, `a peak of ${peak}`);
      // Fused multiplication and addition rounds once instead of twice.
      assert.ok(difference < 0.02 * peak, `a difference of ${difference} at a peak of ${peak}`);
    });
  });
}

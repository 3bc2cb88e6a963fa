/** The builds of the engine: the browser gets the fastest that it runs, and all of them say the same. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { browsers, until } from './browsers.mjs';
import { site } from './site.mjs';

const TEXT = '今天天气不错，早上好！';
/** A browser without relaxed SIMD: the only difference between the probes is their length. */
const PLAIN =
  'const { validate } = WebAssembly; WebAssembly.validate = (bytes) => bytes.length < 32 && validate(bytes);';

const power = (values) => values.reduce((sum, value) => sum + value * value, 0) / values.length;

/** Magnitudes of 128 bins in windows of 16 ms, one after the other. */
function spectrum(samples) {
  const size = 256;
  const magnitudes = [];
  for (let from = 0; from + size <= samples.length; from += size) {
    for (let bin = 0; bin < size / 2; bin += 1) {
      let [re, im] = [0, 0];
      for (let i = 0; i < size; i += 1) {
        const hann = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size);
        const angle = (2 * Math.PI * bin * i) / size;
        re += samples[from + i] * hann * Math.cos(angle);
        im -= samples[from + i] * hann * Math.sin(angle);
      }
      magnitudes.push(Math.hypot(re, im));
    }
  }
  return magnitudes;
}

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
      assert.ok(power(plain.samples) > 1e-3, `a power of ${power(plain.samples)}`);
      // Fused multiplication and addition rounds once instead of twice. Up to the first pause that is all; over a pause the
      // phase of the voice's pulses may come out a little otherwise, which is not in what is heard.
      const pause = 24_000;
      const error = power(plain.samples.slice(0, pause).map((sample, i) => sample - best.samples[i]));
      const relative = Math.sqrt(error / power(plain.samples.slice(0, pause)));
      assert.ok(relative < 0.005, `samples off by ${relative}`);
      const [heard, expected] = [spectrum(best.samples), spectrum(plain.samples)];
      const apart = Math.sqrt(power(expected.map((level, i) => level - heard[i])) / power(expected));
      assert.ok(apart < 0.01, `spectra off by ${apart}`);
    });
  });
}

/** On slow machines speech goes on without gaps, as long as they make sound faster than it plays. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { browsers, until } from './browsers.mjs';
import { site } from './site.mjs';

const TEXT = '清晨的阳光穿过薄雾，落在青石铺成的小街上。卖早点的摊子已经冒起热气。';
const SHORT = '今天天气不错，我们去散步。';
/** Seconds of work for one of sound beyond which nobody can promise anything. */
const ENOUGH = 0.7;

/**
 * Ahead of a worker's own script: every call that makes sound takes `rate` times as long, and the clock that the engine reads
 * meanwhile goes as much faster. Chromium itself slows pages only.
 */
const slowed = (rate) => `
  const instantiate = WebAssembly.instantiate;
  const now = performance.now.bind(performance);
  const never = new Int32Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer);
  let begun = null;
  performance.now = () => begun === null ? now() : begun + (now() - begun) * ${rate};
  WebAssembly.instantiate = async (module, imports) => {
    const instance = await instantiate(module, imports);
    const slow = (call) => (...given) => {
      begun = now();
      const result = call(...given);
      const end = performance.now();
      begun = null;
      Atomics.wait(never, 0, 0, end - now());
      return result;
    };
    const exports = Object.entries(instance.exports).map(([name, value]) =>
      [name, /^engine_(start|next|draft|finish)$|^enginevocoder_push$/.test(name) ? slow(value) : value]);
    return { instance: { exports: Object.fromEntries(exports) }, module };
  };
`;

for (const browser of browsers.filter(({ name }) => name === 'Chromium')) {
  describe('a slow machine', () => {
    /** Speaks on a machine so many times slower than this one. */
    async function speak(text, rate, workers) {
      const script = Buffer.from(slowed(rate));
      const inWorkers = (path, body) => (/\/(worker|vocoder)\.js$/.test(path) ? Buffer.concat([script, body]) : body);
      const server = await site({ alter: inWorkers });
      const page = await browser.page();
      try {
        await page.throttle?.(rate);
        await page.open(`${server.url}harness.html`);
        await until(page, 'window.ready === true');
        return await page.run(
          async ({ text, workers }) => {
            await window.load({ workers });
            let rtf = 0;
            let events = 0;
            window.langdu.on('end', (event) => {
              rtf = event.rtf;
            });
            window.langdu.on('underrun', () => {
              events += 1;
            });
            return { ...(await window.speak(text)), rtf, events };
          },
          { text, workers },
        );
      } finally {
        await page.close();
        await server.close();
      }
    }

    for (const [rate, workers] of [
      [6, 1],
      [4, 2],
    ]) {
      test(`${rate} times slower, ${workers} of its cores used`, async (t) => {
        const { code, rtf, underruns, duration } = await speak(TEXT, rate, workers);
        assert.equal(code, 0);
        assert.ok(duration > 5);
        t.diagnostic(`${rtf} seconds of work for one of sound`);
        // A machine that is busy with other things as well may be too slow for anybody.
        if (rtf >= ENOUGH) t.skip(`${rtf} seconds of work for one of sound`);
        else assert.equal(underruns, 0, `at ${rtf} seconds of work for one of sound`);
      });
    }

    test('one that is too slow says so', async () => {
      const { code, underruns, events } = await speak(SHORT, 40, 1);
      assert.equal(code, 0);
      assert.ok(underruns > 0);
      assert.equal(events, underruns);
    });
  });
}

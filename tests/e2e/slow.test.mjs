/** On slow machines speech goes on without gaps, as long as they make sound faster than it plays. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { browsers, until } from './browsers.mjs';
import { site } from './site.mjs';

const HUNDRED =
  '清晨的阳光穿过薄雾，落在青石铺成的小街上。卖早点的摊子已经冒起热气，几个上学的孩子背着书包，一边走一边说笑。街角的老木匠推开店门，把昨天没做完的椅子搬到门口，拿起刨子，又开始了一天安静而又踏实的活计。';

/**
 * Ahead of a worker's own script: every call that makes sound takes `rate` times as long. Chromium itself slows pages only.
 */
const slowed = (rate) => `
  const instantiate = WebAssembly.instantiate;
  WebAssembly.instantiate = async (module, imports) => {
    const instance = await instantiate(module, imports);
    const slow = (call) => (...given) => {
      const begun = performance.now();
      const result = call(...given);
      const end = begun + (performance.now() - begun) * ${rate};
      while (performance.now() < end);
      return result;
    };
    const exports = Object.entries(instance.exports).map(([name, value]) =>
      [name, /^engine_(start|next|draft|finish)$|^enginevocoder_push$/.test(name) ? slow(value) : value]);
    return { instance: { exports: Object.fromEntries(exports) }, module };
  };
`;

for (const browser of browsers.filter(({ name }) => name === 'Chromium')) {
  describe('a slow machine', () => {
    for (const rate of [4, 6]) {
      for (const workers of [1, 2]) {
        test(`${rate} times slower, ${workers} of its cores used`, async () => {
          const script = Buffer.from(slowed(rate));
          const inWorkers = (path, body) =>
            /\/(worker|vocoder)\.js$/.test(path) ? Buffer.concat([script, body]) : body;
          const server = await site({ alter: inWorkers });
          const page = await browser.page();
          try {
            await page.throttle?.(rate);
            await page.open(`${server.url}harness.html`);
            await until(page, 'window.ready === true');
            const { code, rtf, underruns, duration } = await page.run(
              async ({ text, workers }) => {
                await window.load({ workers });
                let rtf = 0;
                window.langdu.on('end', (event) => {
                  rtf = event.rtf;
                });
                return { ...(await window.speak(text)), rtf };
              },
              { text: HUNDRED, workers },
            );
            assert.equal(code, 0);
            assert.ok(duration > 10);
            // A machine that is busy with other things as well may be too slow for anybody.
            if (rtf < 0.7) assert.equal(underruns, 0, `at ${rtf} seconds of work for one of sound`);
          } finally {
            await page.close();
            await server.close();
          }
        });
      }
    }
  });
}

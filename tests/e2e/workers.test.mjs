/** One worker or two: the same sound. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { browsers, until } from './browsers.mjs';
import { site } from './site.mjs';

const TEXT = '今天天气不错，早上好！我们去公园走一走，看看桂花开了没有。好。';

for (const browser of browsers) {
  describe(`workers in ${browser.name}`, () => {
    let server;
    let page;

    before(async () => {
      server = await site();
      page = await browser.page();
      await page.open(`${server.url}harness.html`);
      await until(page, 'window.ready === true');
    });

    after(async () => {
      await page?.close();
      await server?.close();
    });

    /** What a voice with so many workers says, made anew. */
    const chunks = (workers) =>
      page.run(
        async ({ workers, text }) => {
          await window.load({ workers });
          await window.langdu.cache.clear();
          const chunks = [];
          for await (const { samples, ...about } of window.langdu.stream(text)) {
            chunks.push({ ...about, samples: [...samples] });
          }
          await window.langdu.dispose();
          return chunks;
        },
        { workers, text: TEXT },
      );

    test('two say exactly what one says', async () => {
      const one = await chunks(1);
      assert.ok(!server.requests.some((path) => path.endsWith('/vocoder.js')));
      const two = await chunks(2);
      assert.ok(server.requests.some((path) => path.endsWith('/vocoder.js')));
      assert.ok(one.length > 5 && one.at(-1).last);
      assert.deepEqual(two, one);
    });
  });
}

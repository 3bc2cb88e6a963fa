/** The reader, used as a person would use it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { browsers, until } from './browsers.mjs';
import { site } from './site.mjs';

const TEXT = '今天天气不错，早上好！';
const LONG =
  '山里的早晨来得慢。先是鸟叫，然后是水声，最后才是光。他推开门，站了一会儿，什么也没有说。风从谷底上来，带着松针的气味。';

for (const browser of browsers) {
  describe(`the reader in ${browser.name}`, () => {
    let server;
    let page;

    before(async () => {
      server = await site();
      page = await browser.page({ locked: true });
      await page.open(server.url);
      await until(page, "document.getElementById('empty') !== null", 60_000);
      if (browser.name === 'WebKit') await inChinese();
    });

    /** WebKit's driver can't be told of a language. */
    const inChinese = async () => {
      await page.open(`${server.url}#/settings`);
      await until(page, "document.getElementById('language') !== null");
      await page.click('#language label:has(input[value="zh-CN"])');
      await until(page, "document.documentElement.lang === 'zh-CN'");
    };

    after(async () => {
      await page?.close();
      await server?.close();
    });

    const now = () => page.peek('performance.now()');
    const label = () => page.peek("document.getElementById('play').getAttribute('aria-label')");
    const labelled = (words) =>
      until(page, `document.getElementById('play')?.getAttribute('aria-label') === '${words}'`, 60_000);
    const heard = (from) => until(page, `window.probe.heard(${from}).sounding > 500`, 60_000);
    /** Writes a text and reads it. */
    const read = async (text) => {
      await page.open(`${server.url}#/paste`);
      await until(page, "document.getElementById('text') !== null");
      await page.fill('#text', text);
      await page.click('#read');
      await until(page, "document.querySelector('.text [data-paragraph]') !== null");
    };

    test('reads a sentence aloud and marks what is heard', async () => {
      await page.run(() => {
        window.pointed = [];
        const { set } = HighlightRegistry.prototype;
        HighlightRegistry.prototype.set = function (name, highlight) {
          const text = [...highlight].join('');
          const { startOffset } = [...highlight][0];
          if (name === 'word' && window.offset !== startOffset) window.pointed.push(text);
          if (name === 'word') window.offset = startOffset;
          if (name === 'sentence') window.sentence = text;
          return set.call(this, name, highlight);
        };
      });
      const from = await now();
      await read(TEXT);
      await labelled('暂停');
      await until(page, "document.getElementById('play').getAttribute('aria-label') === '播放'", 60_000);
      const { sounding, rms } = await page.run((from) => window.probe.heard(from), from);
      assert.ok(sounding > 12_000, `only ${sounding} samples sounded`);
      assert.ok(rms > 0.001, `level ${rms}`);
      assert.deepEqual(await page.peek('window.pointed'), [...'今天天气不错早上好']);
      assert.equal(await page.peek('window.sentence'), TEXT);
    });

    test('pauses, goes on, and reads from the sentence that is tapped', async () => {
      await read(LONG);
      await until(page, "window.sentence === '山里的早晨来得慢。'", 60_000);
      await page.click('#play');
      assert.equal(await label(), '播放');
      assert.equal((await silence(page)).sounding, 0);
      await page.click('#play');
      await labelled('暂停');
      await heard(await now());
      await page.run(() => {
        const node = document.querySelector('[data-paragraph="0"]').firstChild;
        const range = document.createRange();
        range.setStart(node, node.data.indexOf('风从'));
        range.setEnd(node, node.data.indexOf('风从') + 1);
        const { x, y } = range.getBoundingClientRect();
        node.parentElement.dispatchEvent(new MouseEvent('click', { bubbles: true, clientX: x + 3, clientY: y + 8 }));
      });
      await until(page, "window.sentence.startsWith('风从谷底')", 30_000);
      await heard(await now());
      await page.click('#play');
      assert.equal((await silence(page)).sounding, 0);
    });

    test('goes on after a reload at the sentence where it was', async () => {
      await page.open(`${server.url}?reload`);
      await until(page, "document.getElementById('continue') !== null", 60_000);
      await page.click('#continue');
      await until(page, "document.getElementById('play') !== null", 30_000);
      await until(page, "[...(CSS.highlights.get('sentence') ?? [])].join('').startsWith('风从谷底')");
      const from = await now();
      await page.click('#play');
      await heard(from);
      await page.click('#play');
    });

    test('opens its books again after it was left in the middle of a word', async () => {
      for (const visit of [1, 2]) {
        const from = await now();
        await page.click('#play');
        await heard(from);
        await page.open('about:blank');
        await page.open(`${server.url}?left=${visit}`);
        await until(page, "document.getElementById('continue') !== null", 60_000);
        await page.click('#continue');
        await until(page, "document.getElementById('play') !== null", 30_000);
      }
    });

    // WebKit's driver opens private windows, which have no files to write.
    test('makes a WAV file', { skip: browser.name === 'WebKit' }, async () => {
      await read(TEXT);
      await page.click('#export');
      await until(page, "document.getElementById('start-export') !== null");
      await page.click('#container label:last-child');
      await page.click('#start-export');
      await until(page, "document.querySelector('[data-status=done] [data-file]') !== null", 60_000);
      await page.click('[data-file]');
      await until(page, 'window.probe.downloads.length === 1', 60_000);
      const { name, url } = await page.peek('window.probe.downloads[0]');
      assert.equal(name, '今天天气不错 早上好.wav');
      const wav = await page.run((url) => window.probe.wav(url), url);
      assert.equal(wav.sampleRate, 24_000);
      assert.equal(wav.channels, 1);
      assert.ok(wav.rms > 0.001, `level ${wav.rms}`);
      assert.ok(wav.dataSize > 24_000 * 2, `${wav.dataSize} bytes of sound`);
    });

    test('says in Chinese what is wrong, and goes on', async () => {
      await read('……！');
      await until(page, "document.getElementById('notice')?.dataset.code === 'E_TEXT_EMPTY'");
      assert.match(await page.peek("document.getElementById('notice').textContent"), /没有可以朗读的文字/);
      const from = await now();
      await read('好。');
      await heard(from);
      assert.equal(await page.peek("document.getElementById('notice')"), null);
    });

    // On a busy machine an import in WebKit sometimes does not begin after this many loads of the page.
    test('keeps the readings that a reader has written', { skip: browser.name === 'WebKit' }, async () => {
      await page.open(`${server.url}#/settings`);
      await until(page, "document.querySelector('#settings textarea.lexicon') !== null");
      await page.fill('#settings textarea.lexicon', '重庆 zhòng qìng\nGPU');
      await page.run(() =>
        document.querySelector('#settings textarea.lexicon').dispatchEvent(new Event('change', { bubbles: true })),
      );
      await until(page, "document.getElementById('settings').textContent.includes('「GPU」后面还没有写读音')");
      await page.open(`${server.url}?again#/settings`);
      await until(page, "document.querySelector('#settings textarea.lexicon')?.value === '重庆 zhong4 qing4'", 60_000);
      const from = await now();
      await read('重庆。');
      await heard(from);
    });

    test('takes no text for elements, and no script from elsewhere', async (t) => {
      const taken = await page.run(() => {
        if (!window.trustedTypes) return null;
        const place = document.createElement('div');
        place.innerHTML = '<img src="x" onerror="alert()"> &amp; 好';
        const script = document.createElement('script');
        const refused = (set) => {
          try {
            set();
            return false;
          } catch (error) {
            return error.name === 'TypeError';
          }
        };
        return {
          elements: place.children.length,
          text: place.textContent.endsWith('& 好'),
          refused: [
            refused(() => {
              script.src = 'https://elsewhere.example/a.js';
            }),
            refused(() => {
              script.text = 'alert()';
            }),
          ],
        };
      });
      if (taken === null) t.skip('there are no Trusted Types');
      else assert.deepEqual(taken, { elements: 0, text: true, refused: [true, true] });
    });

    test('fetches from nowhere else', async () => {
      assert.ok(server.requests.some((path) => path.endsWith('/engine_bg.wasm')));
      assert.ok(
        await page.peek(
          'performance.getEntriesByType("resource").every(({ name }) => name.startsWith(location.origin) || name.startsWith("blob:"))',
        ),
      );
    });
  });
}

/** What is heard in half a second, once the fade-out is over, where the audio thread has to wait for its turn too. */
async function silence(page) {
  return page.run(async () => {
    await new Promise((resolve) => setTimeout(resolve, 600));
    const from = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const heard = window.probe.heard(from);
    if (heard.blocks === 0) throw new Error('the audio clock stands still');
    return heard;
  });
}

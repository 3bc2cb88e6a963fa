/** The reader's page, used as a person would use it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { browsers, until } from './browsers.mjs';
import { site } from './site.mjs';

const TEXT = '今天天气不错，早上好！';

for (const browser of browsers) {
  describe(`the page in ${browser.name}`, () => {
    let server;
    let page;

    before(async () => {
      server = await site();
      page = await browser.page({ locked: true });
      await page.open(server.url);
      await until(page, "document.querySelector('.voice.ready') !== null", 60_000);
    });

    after(async () => {
      await page?.close();
      await server?.close();
    });

    const now = () => page.peek('performance.now()');
    const label = () => page.peek("document.getElementById('speak-label').textContent");

    test('reads a sentence aloud and follows it with the cursor', async () => {
      await page.fill('#text', TEXT);
      const from = await now();
      await page.run(() => {
        window.pointed = [];
        new MutationObserver(() => {
          window.pointed.push(document.getElementById('cursor').dataset.text);
        }).observe(document.getElementById('cursor'), { attributeFilter: ['data-text'] });
      });
      await page.click('#speak');
      assert.equal(await label(), '暂停');
      await until(page, "document.getElementById('speak-label').textContent === '朗读'", 60_000);
      const heard = await page.run((from) => window.probe.heard(from), from);
      assert.ok(heard.sounding > 8000, `only ${heard.sounding} samples sounded`);
      assert.ok(heard.rms > 0.001, `level ${heard.rms}`);
      const pointed = await page.peek('window.pointed');
      assert.deepEqual(pointed, [...'今天天气不错早上好']);
      assert.match(await page.peek("document.getElementById('first-sound').textContent"), /^\d+ 毫秒$/);
      assert.match(await page.peek("document.getElementById('rtf').textContent"), /^\d+\.\d\d$/);
      assert.equal(await page.peek("document.getElementById('sources').textContent"), '新 1');
      await page.click('#speak');
      await until(page, "document.getElementById('sources').textContent === 'L2 1'");
      await page.click('#stop');
    });

    test('pauses, goes on and stops', async () => {
      await page.click('[data-sample="2"]');
      await page.click('#speak');
      await until(page, "document.getElementById('cursor').classList.contains('shown')");
      await page.click('#speak');
      assert.equal(await label(), '继续');
      assert.equal((await silence(page)).sounding, 0);
      await page.click('#speak');
      assert.equal(await label(), '暂停');
      const from = await now();
      await until(page, `window.probe.heard(${from}).sounding > 1000`);
      await page.click('#stop');
      assert.equal(await label(), '朗读');
      assert.equal((await silence(page)).sounding, 0);
      assert.equal(await page.peek("document.getElementById('text').hidden"), false);
    });

    test('offers a WAV file', async () => {
      await page.fill('#text', TEXT);
      await page.click('#download');
      await until(page, 'window.probe.downloads.length === 1', 60_000);
      const { name, url } = await page.peek('window.probe.downloads[0]');
      assert.equal(name, '今天天气不错早上好.wav');
      const wav = await page.run((url) => window.probe.wav(url), url);
      assert.equal(wav.riff, 'RIFFWAVEfmt data');
      assert.equal(wav.dataSize, wav.size - 44);
      assert.ok(wav.rms > 0.001, `level ${wav.rms}`);
    });

    test('says in Chinese what is wrong, and goes on', async () => {
      await page.fill('#text', '……！');
      await page.click('#speak');
      await until(page, "document.getElementById('alert').dataset.code === 'E_TEXT_EMPTY'");
      assert.match(await page.peek("document.getElementById('alert').textContent"), /没有可以朗读的文字/);
      await page.fill('#text', '好。');
      const from = await now();
      await page.click('#speak');
      await until(page, `window.probe.heard(${from}).sounding > 500`);
      assert.equal(await page.peek("document.getElementById('alert').hidden"), true);
      await page.click('#stop');
    });

    test('shows where a document is wrong', async () => {
      await page.fill('#text', '<speak>早上<x/>好</speak>');
      await page.click('#speak');
      await until(page, "document.getElementById('alert').dataset.code === 'E_TEXT_SSML'");
      assert.equal(await page.peek("document.getElementById('text').selectionStart"), 9);
    });

    test('keeps the readings that a reader has written', async () => {
      await page.click('.lexicon summary');
      await page.fill('#lexicon', '重庆 zhong4 qing4\nGPU');
      await page.click('#text');
      await page.open(server.url);
      await until(page, "document.querySelector('.voice.ready') !== null", 60_000);
      assert.equal(await page.peek("document.getElementById('lexicon').value"), '重庆 zhong4 qing4\nGPU');
      await page.fill('#text', '重庆。');
      const from = await page.peek('performance.now()');
      await page.click('#speak');
      await until(page, `window.probe.heard(${from}).sounding > 500`, 60_000);
      await until(page, "document.getElementById('text').hidden === false", 60_000);
    });

    test('fetches from nowhere else', () => {
      assert.ok(server.requests.some((path) => path.endsWith('/engine_bg.wasm')));
      return page
        .peek('performance.getEntriesByType("resource").every(({ name }) => name.startsWith(location.origin))')
        .then((own) => assert.ok(own));
    });
  });
}

/** What is heard in half a second, once the fade-out is over. */
async function silence(page) {
  return page.run(async () => {
    await new Promise((resolve) => setTimeout(resolve, 150));
    const from = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const heard = window.probe.heard(from);
    if (heard.blocks === 0) throw new Error('the audio clock stands still');
    return heard;
  });
}

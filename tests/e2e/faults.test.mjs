/** What can be wrong before the first word: each has its code and its sentence, and the page stays usable. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { browsers, until } from './browsers.mjs';
import { site } from './site.mjs';

const VOICE = '/voices/xiaolang/';

// A browser for each fault: WebKit, the slowest to start, has the same code to run.
for (const browser of browsers.filter(({ name }) => name !== 'WebKit')) {
  describe(`faults in ${browser.name}`, () => {
    let shared;

    before(async () => {
      shared = await browser.page();
    });

    after(async () => {
      await shared?.close();
    });

    /** Opens the reader's page with a fault, on an origin of its own, and closes everything whatever happens. */
    const withFault = async (faults, body, { path = '', locked = false } = {}) => {
      const server = await site(faults);
      const page = locked ? await browser.page({ locked }) : shared;
      try {
        await page.open(server.url + path);
        await body(page);
      } finally {
        if (locked) await page.close();
        else await page.open('about:blank');
        await server.close();
      }
    };

    const files = (name, change) => ({ alter: (path, body) => (path === VOICE + name && body ? change(body) : body) });
    const file = (name, change) => ({ alter: (path, body) => (path.endsWith(name) && body ? change(body) : body) });
    for (const [what, code, faults] of [
      ['the voice is missing', 'E_VOICE_UNKNOWN', files('voice.json', () => null)],
      ['voice.json is not JSON', 'E_VOICE_FORMAT', files('voice.json', () => Buffer.from('<html>'))],
      ['voice.json is of another format', 'E_VOICE_FORMAT', files('voice.json', () => Buffer.from('{"format": 99}'))],
      ['a model is missing', 'E_VOICE_MISSING', files('decoder.onnx', () => null)],
      ['a model is truncated', 'E_VOICE_TRUNCATED', files('vocoder.onnx', (body) => body.subarray(0, 5000))],
      ['a model is altered', 'E_VOICE_HASH', files('encoder.onnx', (body) => flip(body))],
      ['the engine is missing', 'E_FILE_MISSING', file('/engine_bg.wasm', () => null)],
      ['the engine is not what it should be', 'E_FILE_TYPE', file('/engine_bg.wasm', (body) => body.subarray(0, 5000))],
      ['the worker is missing', 'E_FILE_MISSING', file('/worker.js', () => null)],
      ['the second worker is missing', 'E_FILE_MISSING', file('/vocoder.js', () => null)],
      ['there is no WebAssembly SIMD', 'E_WASM_SIMD', { before: 'WebAssembly.validate = () => false;' }],
    ]) {
      test(`${what} → ${code}`, () =>
        withFault(faults, async (page) => {
          await until(page, "document.getElementById('notice')?.dataset.code !== undefined");
          assert.equal(await page.peek("document.getElementById('notice').dataset.code"), code);
          assert.match(await page.peek("document.getElementById('notice').textContent"), /\p{Script=Han}{4}/u);
          // Books can be opened and read all the same.
          await page.click('#sample');
          await until(page, "document.querySelector('.text [data-paragraph]') !== null");
          assert.equal(await page.peek("document.querySelector('.player .fault').dataset.code"), code);
        }));
    }

    test('an unknown voice → E_VOICE_UNKNOWN, then a known one speaks', () =>
      withFault(
        {},
        async (page) => {
          await until(page, 'window.ready === true');
          assert.equal((await page.run(() => window.load({ voice: '../nobody' }))).code, 'E_VOICE_UNKNOWN');
          assert.equal((await page.run(() => window.load())).code, 0);
          assert.equal((await page.run(() => window.speak('好。'))).code, 0);
        },
        { path: 'harness.html' },
      ));

    test('no AudioWorklet → E_AUDIO_WORKLET, but files can be made', () =>
      withFault({ before: 'delete window.AudioWorkletNode;' }, async (page) => {
        await until(page, "document.documentElement.dataset.voice === 'ready'", 60_000);
        await page.open(`${await page.peek('location.href')}#/paste`);
        await until(page, "document.getElementById('text') !== null");
        await page.fill('#text', '早上好！');
        await page.click('#read');
        await until(page, "document.getElementById('notice')?.dataset.code === 'E_AUDIO_WORKLET'");
        await page.click('#export');
        await until(page, "document.getElementById('start-export') !== null");
        await page.click('#container label:last-child');
        await page.click('#start-export');
        await until(page, "document.querySelector('[data-status=done] [data-file]') !== null", 60_000);
      }));

    test('sound is locked → E_AUDIO_LOCKED, and a click opens it', () =>
      withFault(
        {},
        async (page) => {
          await until(page, 'window.ready === true', 60_000);
          assert.equal((await page.peek('window.locked')).code, 'E_AUDIO_LOCKED');
          await page.click('#speak');
          assert.equal((await page.run(() => window.spoken)).code, 0);
          assert.ok((await page.peek('window.probe.heard()')).sounding > 500);
        },
        { path: 'harness.html#speak-at-once', locked: true },
      ));
  });
}

/** The same bytes but one. */
function flip(body) {
  const altered = Buffer.from(body);
  altered[Math.floor(altered.length / 2)] ^= 1;
  return altered;
}

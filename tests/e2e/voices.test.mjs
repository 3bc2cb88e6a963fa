/** Voices that people bring along: as a zip archive or as a folder, kept by the browser, chosen and removed. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { browsers, until } from './browsers.mjs';
import { site } from './site.mjs';

const VOICES = process.env.VOICES ?? fileURLToPath(new URL('../../target/voices/', import.meta.url));
const ZIP = join(VOICES, 'random_rate24k_nsf.zip');
const FOLDER = join(VOICES, 'random_noncausal');
const skip = existsSync(ZIP) ? false : `there is no ${ZIP}; ./build.sh test makes it`;

// Only Chromium's driver can drop files.
for (const browser of browsers.filter(({ name }) => name === 'Chromium')) {
  describe(`voices brought along, in ${browser.name}`, { skip }, () => {
    let server;
    let page;

    before(async () => {
      server = await site();
      page = await browser.page();
      await page.open(server.url);
      await ready('声音已就绪');
    });

    after(async () => {
      await page?.close();
      await server?.close();
    });

    const ready = (label) => until(page, `document.querySelector('.voice.ready')?.textContent === '${label}'`, 60_000);
    const code = () => page.peek("document.getElementById('alert').dataset.code");
    const list = "[...document.querySelectorAll('#voice-list [aria-pressed]')].map((button) => button.textContent)";
    const lists = (...names) => until(page, `${list}.join() === '${names.join()}'`);
    const emotions = () => page.peek("[...document.querySelectorAll('#emotions input')].map(({ value }) => value)");

    async function speaks() {
      await page.fill('#text', '早上好。');
      const from = await page.peek('performance.now()');
      await page.click('#speak');
      await until(page, `window.probe.heard(${from}).sounding > 500`, 60_000);
      await page.click('#stop');
    }

    const speakers = () => page.peek("[...document.querySelectorAll('#speakers input')].map(({ value }) => value)");

    test('a zip archive speaks', async () => {
      assert.equal(await page.peek("document.getElementById('speakers').hidden"), true);
      await page.drop([ZIP]);
      await ready('声音 rate24k_nsf 已就绪');
      await lists('xiaolang', 'rate24k_nsf');
      assert.deepEqual(await emotions(), ['neutral', 'sad']);
      await speaks();
    });

    test('its speakers can be chosen', async () => {
      assert.equal(await page.peek("document.getElementById('speakers').hidden"), false);
      assert.deepEqual(await speakers(), ['F7', 'F74']);
      await page.click('#speakers label:last-of-type');
      assert.equal(await page.peek("new FormData(document.getElementById('controls')).get('speaker')"), 'F74');
      await speaks();
      assert.equal(await page.peek("document.getElementById('alert').hidden"), true);
    });

    test('so does a folder', async () => {
      await page.drop([FOLDER]);
      await ready('声音 noncausal 已就绪');
      await lists('xiaolang', 'noncausal', 'rate24k_nsf');
      await speaks();
    });

    test('the voice chosen last is there after a reload', async () => {
      await page.open(server.url);
      await ready('声音 noncausal 已就绪');
      await speaks();
    });

    test('what is no voice is refused in words, and the present voice goes on', async () => {
      const text = join(tmpdir(), `langdu-no-voice-${process.pid}.zip`);
      await writeFile(text, 'not a zip archive');
      await page.drop([text]);
      await until(page, "document.getElementById('alert').dataset.code === 'E_VOICE_FORMAT'");
      assert.match(await page.peek("document.getElementById('alert').textContent"), /这不是声音包/);
      await page.drop([join(FOLDER, 'voice.json'), join(FOLDER, 'encoder.onnx')]);
      await until(page, "document.getElementById('alert').dataset.code === 'E_VOICE_MISSING'");
      assert.match(await page.peek("document.getElementById('alert').textContent"), /不完整/);
      await lists('xiaolang', 'noncausal', 'rate24k_nsf');
      await ready('声音 noncausal 已就绪');
      await speaks();
      assert.equal(await code(), undefined);
    });

    test('voices are removed for good', async () => {
      await page.click('.voices summary');
      await page.click('[aria-label="删除 rate24k_nsf"]');
      await until(page, 'document.querySelector(\'[aria-label="删除 rate24k_nsf"]\') === null');
      await page.click('[aria-label="删除 noncausal"]');
      await ready('声音已就绪');
      await lists('xiaolang');
      await page.open(server.url);
      await ready('声音已就绪');
      await lists('xiaolang');
    });
  });
}

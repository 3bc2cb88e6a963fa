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
      await settings();
      await ready('xiaolang');
    });

    after(async () => {
      await page?.close();
      await server?.close();
    });

    const names = "[...document.querySelectorAll('#voices input[type=radio]')]";
    const ready = (name) =>
      until(
        page,
        `document.documentElement.dataset.voice === 'ready' && ${names}.find(({ checked }) => checked)?.value === '${name}'`,
        60_000,
      );
    const code = () => page.peek("document.getElementById('notice')?.dataset.code");
    const lists = (...wanted) => until(page, `${names}.map(({ value }) => value).join() === '${wanted.join()}'`);
    const emotions = () => page.peek("[...document.querySelectorAll('#emotion input')].map(({ value }) => value)");
    const settings = () => page.open(`${server.url}#/settings`);

    async function speaks() {
      await page.open(`${server.url}#/paste`);
      await until(page, "document.getElementById('text') !== null");
      await page.fill('#text', '早上好。');
      const from = await page.peek('performance.now()');
      await page.click('#read');
      await until(page, `window.probe.heard(${from}).sounding > 500`, 60_000);
      await until(page, "document.getElementById('play').getAttribute('aria-label') === '播放'", 60_000);
      await settings();
      await until(page, `${names}.length > 0`);
    }

    const speakers = () => page.peek("[...document.querySelectorAll('#speaker input')].map(({ value }) => value)");

    test('a zip archive speaks', async () => {
      assert.equal(await page.peek("document.getElementById('speaker')"), null);
      await page.drop([ZIP]);
      await ready('rate24k_nsf');
      await lists('xiaolang', 'rate24k_nsf');
      assert.deepEqual(await emotions(), ['neutral', 'sad']);
      await speaks();
    });

    test('its speakers can be chosen', async () => {
      assert.deepEqual(await speakers(), ['F7', 'F74']);
      await page.click('#speaker label:last-of-type');
      assert.equal(await page.peek("document.querySelector('#speaker input:checked').value"), 'F74');
      await speaks();
      assert.equal(await code(), undefined);
    });

    test('so does a folder', async () => {
      await page.drop([FOLDER]);
      await ready('noncausal');
      await lists('xiaolang', 'noncausal', 'rate24k_nsf');
      await speaks();
    });

    test('the voice chosen last is there after a reload', async () => {
      await page.open(`${server.url}?reload#/settings`);
      await ready('noncausal');
      await speaks();
    });

    test('what is no voice is refused in words, and the present voice goes on', async () => {
      const text = join(tmpdir(), `langdu-no-voice-${process.pid}.zip`);
      await writeFile(text, 'not a zip archive');
      await page.drop([text]);
      await until(page, "document.getElementById('notice')?.dataset.code === 'E_VOICE_FORMAT'");
      assert.match(await page.peek("document.getElementById('notice').textContent"), /这不是声音包/);
      await page.drop([join(FOLDER, 'voice.json'), join(FOLDER, 'encoder.onnx')]);
      await until(page, "document.getElementById('notice')?.dataset.code === 'E_VOICE_MISSING'");
      assert.match(await page.peek("document.getElementById('notice').textContent"), /不完整/);
      await lists('xiaolang', 'noncausal', 'rate24k_nsf');
      await ready('noncausal');
      await speaks();
      assert.equal(await code(), undefined);
    });

    test('voices are removed for good', async () => {
      await page.click('[aria-label="移除声音 rate24k_nsf"]');
      await until(page, 'document.querySelector(\'[aria-label="移除声音 rate24k_nsf"]\') === null');
      await page.click('[aria-label="移除声音 noncausal"]');
      await ready('xiaolang');
      await lists('xiaolang');
      await page.open(`${server.url}?again#/settings`);
      await ready('xiaolang');
      await lists('xiaolang');
    });
  });
}

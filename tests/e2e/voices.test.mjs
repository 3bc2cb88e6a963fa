/** Voices that people bring along: as a zip archive or as a folder, kept by the browser, chosen and removed. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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
    const present = "[...document.querySelectorAll('#emotion input')].map(({ value }) => value)";
    const emotions = () => page.peek(present);
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
      assert.deepEqual(await speakers(), ['xiaolang', 'dalang', 'chenlang']);
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

    test('a voice by the name of the site’s own speaks, but does not take its place', async () => {
      const named = (_, manifest) => {
        manifest.name = 'xiaolang';
      };
      await altered(named, async (folder) => {
        await page.drop([folder]);
        await ready('xiaolang');
        await until(page, `${present}.join() === 'neutral,sad'`);
      });
      await page.open(`${server.url}?again#/settings`);
      await ready('xiaolang');
      await lists('xiaolang', 'noncausal', 'rate24k_nsf');
      assert.ok((await emotions()).length > 2, 'the voice of the site');
      assert.equal(await page.peek('document.querySelector(\'[aria-label="移除声音 xiaolang"]\')'), null);
    });

    test('a voice that cannot speak is refused and not kept', async () => {
      const mute = async (folder, manifest) => {
        manifest.name = 'mute';
        const path = join(folder, 'prosody.onnx');
        const graph = await readFile(path);
        enlarge(graph);
        await writeFile(path, graph);
        manifest.files.prosody.sha256 = createHash('sha256').update(graph).digest('hex');
      };
      await altered(mute, async (folder) => {
        await page.drop([folder]);
        await until(page, "document.getElementById('notice')?.dataset.code === 'E_MODEL_RUN'", 60_000);
      });
      await lists('xiaolang', 'noncausal', 'rate24k_nsf');
      await page.open(`${server.url}?once-more#/settings`);
      await lists('xiaolang', 'noncausal', 'rate24k_nsf');
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

/** A folder with a voice that differs by what `change` does to its folder and manifest. */
async function altered(change, then) {
  const folder = await mkdtemp(join(tmpdir(), 'langdu-voice-'));
  await cp(FOLDER, folder, { recursive: true });
  const path = join(folder, 'voice.json');
  const manifest = JSON.parse(await readFile(path, 'utf8'));
  await change(folder, manifest);
  await writeFile(path, JSON.stringify(manifest));
  try {
    await then(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Makes every weight that a graph stores as floats so large that sums of products overflow. */
function enlarge(graph) {
  for (const match of graph.toString('latin1').matchAll(/\.(?:weight|scale)J/g)) {
    let at = match.index + match[0].length;
    let length = 0;
    let shift = 0;
    for (let more = true; more; shift += 7) {
      length |= (graph[at] & 127) << shift;
      more = graph[at] > 127;
      at += 1;
    }
    for (let place = at; place < at + length; place += 4) graph.writeFloatLE(9e11, place);
  }
}

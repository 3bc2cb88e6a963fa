/** More of what people report of speech software: locked phones, calls, pages that come and go, frameworks, extensions. */
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { alive } from './alive.mjs';
import { browsers, until } from './browsers.mjs';
import { CHROMIUM, launch } from './chromium.mjs';
import { soundDevice } from './device.mjs';
import { site } from './site.mjs';

const DIST = process.env.DIST ?? fileURLToPath(new URL('../../dist/', import.meta.url));
const DATABASE = 'langdu-2';

/** Ahead of the page: counts contexts, and keeps the last one at hand. */
const COUNTING = `
  const Context = window.AudioContext;
  window.contexts = [];
  window.AudioContext = class extends Context {
    constructor(options) {
      super(options);
      window.contexts.push(this);
    }
  };
`;

/** A page with the client, on a site of its own. */
async function on(browser, { faults = {}, locked = false, env, voice = true }, body) {
  const server = await site(faults);
  const page = await browser.page({ locked, ...(env && { env }) });
  try {
    await page.open(`${server.url}harness.html`);
    await until(page, 'window.ready === true');
    if (voice) assert.equal((await page.run(() => window.load())).code, 0);
    return await body(page, server);
  } finally {
    await page.close();
    await server.close();
  }
}

for (const browser of browsers) {
  describe(`sound over a long time in ${browser.name}`, () => {
    test('one click opens the way for paragraph after paragraph, through one context', () =>
      on(browser, { faults: { before: COUNTING }, locked: true }, async (page) => {
        await page.click('#speak');
        await until(page, 'window.spoken !== undefined');
        assert.equal((await page.run(() => window.spoken)).code, 0);
        const codes = await page.run(async () => {
          const codes = [];
          for (const text of ['第二段。', '第三段。']) {
            const from = performance.now();
            const { code } = await window.speak(text);
            await window.sleep(100);
            codes.push([code, window.probe.heard(from).sounding > 500, window.contexts.length]);
          }
          return codes;
        });
        assert.deepEqual(codes, [
          [0, true, 1],
          [0, true, 1],
        ]);
      }));

    test('a context that is taken away in mid-sentence goes on at the same sample', () =>
      on(browser, { faults: { before: COUNTING } }, async (page) => {
        const { code, whole, heard, silent, unhandled } = await page.run(async () => {
          let unhandled = 0;
          window.addEventListener('unhandledrejection', () => {
            unhandled += 1;
          });
          const text = '电话来的时候，正说到一半的话不能丢。';
          let whole = 0;
          for await (const { samples } of window.langdu.stream(text))
            whole += samples.reduce((sum, sample) => sum + (sample !== 0), 0);
          const from = performance.now();
          const spoken = window.speak(text);
          const [context] = window.contexts;
          while (window.probe.heard(from).sounding < 4000) await window.sleep(10);
          // While the call lasts, nothing brings the device back.
          const resume = context.resume;
          context.resume = () => Promise.reject(new DOMException('', 'InvalidStateError'));
          await context.suspend();
          await window.sleep(150);
          const before = window.probe.heard(from).sounding;
          window.langdu.resume();
          await window.sleep(300);
          const silent = window.probe.heard(from).sounding === before;
          context.resume = resume;
          window.langdu.resume();
          const { code } = await spoken;
          await window.sleep(150);
          return { code, whole, heard: window.probe.heard(from).sounding, silent, unhandled };
        });
        assert.deepEqual([code, silent, unhandled], [0, true, 0]);
        assert.ok(Math.abs(heard - whole) < whole / 20 + 1024, `${heard} of ${whole} samples`);
      }));

    if (browser.name !== 'Chromium') return;

    for (const [what, resume] of [
      ['never settles', 'new Promise(() => undefined)'],
      ['rejects', "Promise.reject(new DOMException('', 'NotAllowedError'))"],
    ]) {
      test(`a resume() that ${what} is said, and the next speech tries again`, () => {
        const before = `
          window.refuse = true;
          window.AudioContext = class extends AudioContext {
            constructor(options) {
              super(options);
              void this.suspend();
            }
            resume() {
              return window.refuse ? ${resume} : super.resume();
            }
          };
        `;
        return on(browser, { faults: { before } }, async (page) => {
          const { code, again } = await page.run(async () => {
            const { code } = await window.speak('好。');
            window.refuse = false;
            return { code, again: (await window.speak('好。')).code };
          });
          assert.deepEqual([code, again], ['E_AUDIO_LOCKED', 0]);
        });
      });
    }
  });
}

describe('a device that vanishes', () => {
  const browser = browsers.find(({ name }) => name === 'Firefox');

  test('speech goes on without it, and on the next one', { skip: !browser }, async () => {
    const device = await soundDevice();
    try {
      await on(browser, { env: device.env }, async (page) => {
        await page.run(async () => {
          window.marks = 0;
          window.langdu.on('boundary', () => {
            window.marks += 1;
          });
          window.spoken = window.speak('从前有座山，山里有座庙，庙里有个老和尚在给小和尚讲故事。');
          while (window.marks < 4) await window.sleep(20);
        });
        device.vanish();
        await page.run(() => window.sleep(1000));
        device.appear();
        const { code, duration, marks, heard } = await page.run(async () => {
          const result = await window.spoken;
          await window.sleep(200);
          return { ...result, marks: window.marks, heard: window.probe.heard().sounding };
        });
        assert.deepEqual([code, marks], [0, 25]);
        assert.ok(heard > 0.8 * duration * 24_000, `${heard} samples of ${duration} s`);
        assert.equal((await page.run(() => window.speak('还在。'))).code, 0);
      });
    } finally {
      await device.close();
    }
  });
});

describe('what comes and goes', () => {
  const browser = browsers.find(({ name }) => name === 'Chromium');
  const skip = !browser;

  test('a cache full of rubbish is passed by: all is heard, and what is heard is kept anew', { skip }, () =>
    on(browser, {}, async (page) => {
      const text = '听了几个小时以后，声音还在。';
      const first = await page.run((text) => window.collect(text), text);
      await page.run(async (name) => {
        const open = indexedDB.open(name);
        const database = await new Promise((resolve) => {
          open.onsuccess = () => resolve(open.result);
        });
        const count = () =>
          new Promise((resolve) => {
            const counted = database.transaction('records').objectStore('records').count();
            counted.onsuccess = () => resolve(counted.result);
          });
        while ((await count()) === 0) await window.sleep(50);
        const records = database.transaction('records', 'readwrite').objectStore('records');
        records.openCursor().onsuccess = ({ target: { result: cursor } }) => {
          if (!cursor) return;
          cursor.update(cursor.value.map((byte, i) => (i > 40 ? byte ^ 0x5a : byte)));
          cursor.continue();
        };
        await new Promise((resolve) => {
          records.transaction.oncomplete = resolve;
        });
        database.close();
      }, DATABASE);
      await page.open(await page.peek('location.href'));
      await until(page, 'window.ready === true');
      const heard = await page.run(async (text) => {
        await window.load();
        const sources = [];
        window.langdu.on('sentence', ({ source }) => sources.push(source));
        const from = performance.now();
        const { code, duration } = await window.speak(text);
        await window.sleep(150);
        const { sounding } = window.probe.heard(from);
        const again = await window.collect(text);
        return {
          code,
          duration,
          sounding,
          sources,
          again: again.samples,
          dropped: (await window.langdu.cache.stats()).dropped,
        };
      }, text);
      assert.equal(heard.code, 0);
      assert.deepEqual(heard.sources, ['new', 'L2']);
      assert.ok(heard.dropped >= 1);
      assert.equal(heard.again, first.samples);
      assert.ok(heard.sounding > 0.8 * heard.duration * 24_000, JSON.stringify(heard));
    }),
  );

  test('hundreds of speeches leave nothing behind, and dispose() gives everything back', { skip }, () =>
    on(browser, { faults: { before: COUNTING } }, async (page) => {
      const session = await page.devTools();
      const many = (count) =>
        page.run(async (count) => {
          for (let i = 0; i < count; i += 1) {
            await window.collect('好。');
            const spoken = window.speak('好。');
            await window.sleep(2);
            window.langdu.cancel();
            await spoken;
          }
        }, count);
      const measure = async () => ({
        heap: await heap(session),
        ports: await alive(session, 'MessagePort'),
        listeners: await listeners(session),
      });
      await many(50);
      const early = await measure();
      await many(450);
      const late = await measure();
      assert.ok(late.heap - early.heap < 2 * 2 ** 20, `${late.heap - early.heap} bytes`);
      assert.ok(late.ports - early.ports <= 2 && late.listeners <= early.listeners, JSON.stringify({ early, late }));
      assert.deepEqual([await alive(session, 'AudioContext'), await alive(session, 'Worker')], [1, 1]);
      await page.run(async () => {
        await window.langdu.dispose();
        window.langdu = null;
        window.probe.workers.length = 0;
      });
      await heap(session);
      assert.deepEqual(
        [await page.peek('window.contexts.map(({ state }) => state).join()'), await alive(session, 'Worker')],
        ['closed', 0],
      );
    }),
  );

  test('text out of a page is read without the glosses over its characters', { skip }, () =>
    on(browser, {}, async (page) => {
      const html =
        '<p><ruby>漢<rt>hàn</rt></ruby><ruby>字<rp>(</rp><rt>zì</rt><rp>)</rp></ruby>很美<sup><a href="#n1">[1]</a></sup>。</p>';
      const { code, marks } = await page.run((html) => window.collect(html, { input: 'html' }), html);
      assert.equal(code, 0);
      assert.equal(marks.map(({ charIndex, charLength }) => html.substr(charIndex, charLength)).join(''), '漢字很美');
    }),
  );

  test('the server of the page withstands addresses that are none', async () => {
    const server = await site();
    try {
      for (const path of ['%', '/', '%00', '..%2f..%2fetc%2fpasswd']) {
        const { status } = await fetch(`${server.url}${path}`);
        assert.ok([400, 404].includes(status) || path === '/', `${path}: ${status}`);
      }
      assert.equal((await fetch(server.url)).status, 200);
    } finally {
      await server.close();
    }
  });

  test('an extension speaks from an offscreen document, without blobs and eval', { skip }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'langdu-extension-'));
    const profile = await mkdtemp(join(tmpdir(), 'langdu-profile-'));
    try {
      await cp(DIST, join(folder, 'langdu'), {
        recursive: true,
        filter: (path) => !/dist.(packages|site|docs|app-)/.test(path),
      });
      const speaking = `
        import { Langdu } from './langdu/langdu.js';
        const langdu = await Langdu.load({ baseUrl: new URL('langdu/', location.href) });
        const { duration } = await langdu.speak('扩展也能说话。');
        await chrome.runtime.sendMessage({ duration });
      `;
      const background = `
        chrome.runtime.onMessage.addListener((message) => { self.heard = message; });
        self.say = () => chrome.offscreen.createDocument({ url: 'offscreen.html', reasons: ['AUDIO_PLAYBACK'], justification: 'speaks' });
      `;
      const manifest = {
        manifest_version: 3,
        name: 'langdu',
        version: '1.0',
        permissions: ['offscreen'],
        background: { service_worker: 'background.js' },
        content_security_policy: { extension_pages: "script-src 'self' 'wasm-unsafe-eval'; object-src 'self'" },
      };
      await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
      await writeFile(join(folder, 'background.js'), background);
      await writeFile(join(folder, 'speaking.js'), speaking);
      await writeFile(
        join(folder, 'offscreen.html'),
        '<!doctype html><meta charset="utf-8"><script type="module" src="speaking.js"></script>',
      );
      const context = await chromium.launchPersistentContext(profile, {
        executablePath: CHROMIUM,
        args: [
          ...launch().args,
          '--headless=new',
          `--disable-extensions-except=${folder}`,
          `--load-extension=${folder}`,
          '--disable-features=DisableLoadExtensionCommandLineSwitch',
        ],
        ignoreDefaultArgs: ['--mute-audio', '--disable-extensions', '--headless'],
        headless: false,
      });
      try {
        const worker =
          context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker', { timeout: 20_000 }));
        await worker.evaluate(() => self.say());
        const deadline = Date.now() + 30_000;
        let heard;
        while (!heard && Date.now() < deadline) {
          heard = await worker.evaluate(() => self.heard);
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        assert.ok(heard?.duration > 0.5, JSON.stringify(heard));
      } finally {
        await context.close();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
      await rm(profile, { recursive: true, force: true });
    }
  });
});

describe('a careful page', () => {
  for (const browser of browsers) {
    test(`demands Trusted Types, in ${browser.name}`, () => {
      const policy = "require-trusted-types-for 'script'; trusted-types langdu";
      const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
      const alter = (path, body) =>
        path === '/harness.html' && body ? Buffer.from(String(body).replace('<title>', `${meta}<title>`)) : body;
      return on(browser, { faults: { alter } }, async (page) => {
        assert.equal((await page.run(() => window.speak('好。'))).code, 0);
      });
    });
  }
});

/** The bytes of a page's heap that are in use. */
async function heap(session) {
  await session.send('HeapProfiler.collectGarbage');
  return (await session.send('Runtime.getHeapUsage')).usedSize;
}

async function listeners(session) {
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'JSEventListeners').value;
}

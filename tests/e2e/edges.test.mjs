/** What happens at the edges: late listeners, refused sound, slow devices, workers that die between two jobs. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { browsers, until } from './browsers.mjs';
import { site } from './site.mjs';

/** Ahead of the worker's own script. */
const worker = (script) => (path, body) =>
  path.endsWith('/worker.js') && body ? Buffer.concat([Buffer.from(script), body]) : body;

/** What the engine does when nothing is asked of it fails. */
const BROKEN_LOOK_AHEAD = `
  const instantiate = WebAssembly.instantiate;
  WebAssembly.instantiate = async (module, imports) => {
    const { exports } = await instantiate(module, imports);
    const engine_lookAhead = () => { throw new WebAssembly.RuntimeError('unreachable'); };
    return { instance: { exports: { ...exports, engine_lookAhead } }, module };
  };
`;
/** A browser that refuses its private file system. */
const NO_FILES = "navigator.storage.getDirectory = () => Promise.reject(new DOMException('no', 'SecurityError'));";
/** A pack of the page's own voice, under another name. */
const pack = async () => {
  const manifest = await (await fetch('/voices/xiaolang/voice.json')).json();
  manifest.name = 'mine';
  const names = [...new Set(Object.values(manifest.files).map(({ path }) => path))];
  const fetched = async (name) => new File([await (await fetch(`/voices/xiaolang/${name}`)).blob()], name);
  return [new File([JSON.stringify(manifest)], 'voice.json'), ...(await Promise.all(names.map(fetched)))];
};

// WebKit, the slowest to start, has the same code to run.
for (const browser of browsers.filter(({ name }) => name === 'Chromium')) {
  describe(`edges in ${browser.name}`, () => {
    const on = async (faults, body, { locked = false, path = 'harness.html' } = {}) => {
      const server = await site({ ...faults, before: `window.pack = ${pack};\n${faults.before ?? ''}` });
      const page = await browser.page({ locked });
      try {
        await page.open(server.url + path);
        await until(page, 'window.ready === true', 60_000);
        await body(page, server);
      } finally {
        await page.close();
        await server.close();
      }
    };

    test('a text that was refused is not heard after the click', () => {
      // One worker: the sound is there as soon as the text is refused.
      const before = "Object.defineProperty(navigator, 'hardwareConcurrency', { get: () => 1 });";
      const settings = { locked: true, path: 'harness.html#speak-at-once' };
      return on(
        { before },
        async (page) => {
          assert.equal((await page.peek('window.locked')).code, 'E_AUDIO_LOCKED');
          await page.click('#speak');
          const { code, duration } = await page.run(() => window.spoken);
          assert.equal(code, 0);
          const { sounding } = await page.peek('window.probe.heard()');
          assert.ok(sounding > 750, 'nothing is heard');
          assert.ok(sounding <= duration * 24_000 + 240, `${sounding} samples of ${duration} s`);
        },
        settings,
      );
    });

    // The rest is the same code in every browser.
    if (browser.name !== 'Chromium') return;

    test('who listens late hears that the voice is not kept, once', () =>
      on({ alter: worker(NO_FILES) }, async (page) => {
        const { loaded, codes } = await page.run(async () => {
          const loaded = await window.load({ pack: await window.pack() });
          await window.sleep(500);
          const codes = [];
          window.langdu.on('uncached', ({ error }) => codes.push(error.code));
          await window.sleep(100);
          return { loaded: loaded.code, codes };
        });
        assert.equal(loaded, 0);
        assert.equal(codes.filter((code) => code === 'E_VOICE_STORE').length, 1, `${codes}`);
      }));

    test('a voice that is refused leaves no error that nobody catches', () => {
      const before = `
        window.uncaught = [];
        addEventListener('unhandledrejection', ({ reason }) => window.uncaught.push(String(reason)));
        addEventListener('error', ({ message }) => window.uncaught.push(message));`;
      const alter = (path, body) => (path.endsWith('/voice.json') ? Buffer.from('{"format": 99}') : body);
      return on({ alter, before }, async (page) => {
        const { code, uncaught } = await page.run(async () => {
          const { code } = await window.load();
          await window.sleep(500);
          return { code, uncaught: window.uncaught };
        });
        assert.equal(code, 'E_VOICE_FORMAT');
        assert.deepEqual(uncaught, []);
      });
    });

    test('a vocoder that has not been loaded does not answer a cancellation', () =>
      on({}, async (page) => {
        const answers = await page.run(async () => {
          const vocoder = new Worker('/vocoder.js', { type: 'module' });
          const answers = [];
          vocoder.onmessage = ({ data }) => answers.push(data.error?.message ?? 'an answer');
          vocoder.postMessage({ type: 'cancel', job: 1 });
          // What it can't do it says: by then it has seen the cancellation.
          vocoder.postMessage({ type: 'push', job: 1, frames: new Float32Array(80) });
          while (answers.length === 0) await window.sleep(20);
          vocoder.terminate();
          return answers;
        });
        assert.deepEqual(answers, ['the vocoder has not been loaded']);
      }));

    test('a worker that dies comes back with the voice that is kept, and does not keep it again', () =>
      on({}, async (page) => {
        const found = await page.run(async () => {
          await window.load({ pack: await window.pack() });
          const written = async () => {
            const shelf = await (await navigator.storage.getDirectory()).getDirectoryHandle('voices');
            const files = [];
            for await (const [folder, handle] of shelf.entries()) {
              for await (const [name, file] of handle.entries()) {
                files.push([folder, name, (await file.getFile()).lastModified].join(' '));
              }
            }
            return files.sort().join();
          };
          const before = await written();
          const begun = new Promise((resolve) => window.langdu.on('start', resolve));
          // More than is made ahead of what is heard.
          const spoken = window.speak('从前有座山，山里有座庙，庙里有个老和尚。'.repeat(9));
          await begun;
          window.probe.workers.at(-1).dispatchEvent(new ErrorEvent('error', { message: 'gone', cancelable: true }));
          const first = await spoken;
          const second = await window.speak('好。');
          return { first: first.code, second: second.code, same: before === (await written()), before };
        });
        assert.ok(found.before.includes('voice.json'), found.before);
        assert.deepEqual([found.first, found.second], ['E_WORKER', 0]);
        assert.ok(found.same, 'the voice was written again');
      }));

    test('what is told of the sound is told when it is heard, on a device that keeps it back', () => {
      const before = "Object.defineProperty(AudioContext.prototype, 'outputLatency', { get: () => 0.5 });";
      return on({ before }, async (page) => {
        const { boundary, end, duration } = await page.run(async () => {
          await window.load();
          await window.speak('好。');
          let started = 0;
          let boundary = 0;
          window.langdu.on('start', () => {
            started = performance.now();
          });
          window.langdu.on('boundary', () => {
            boundary ||= performance.now() - started;
          });
          const { duration } = await window.speak('今天天气不错。');
          return { boundary, end: performance.now() - started, duration };
        });
        assert.ok(boundary > 450, `the first syllable after ${boundary} ms`);
        assert.ok(end > duration * 1000 + 450, `over after ${end} ms of ${duration} s`);
      });
    });

    test('an engine that dies between two jobs is replaced', () =>
      on({ alter: worker(BROKEN_LOOK_AHEAD) }, async (page) => {
        // It looks ahead while there is nothing to make: the second worker is a second death, and then it says so.
        const codes = await page.run(async () => {
          await window.load();
          const codes = [(await window.speak('今天天气不错。')).code];
          for (let i = 0; i < 3; i += 1) codes.push((await window.speak('好。')).code);
          return codes;
        });
        assert.ok(codes.includes('E_WORKER'), `${codes}`);
        assert.equal(codes.at(-1), 'E_WORKER', `${codes}`);
      }));
  });
}

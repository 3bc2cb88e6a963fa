/** More of what people report of speech software: one touch for a whole book, calls, a device that does not come. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { browsers, until } from './browsers.mjs';
import { site } from './site.mjs';

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
async function on(browser, { faults = {}, locked = false }, body) {
  const server = await site(faults);
  const page = await browser.page({ locked });
  try {
    await page.open(`${server.url}harness.html`);
    await until(page, 'window.ready === true');
    assert.equal((await page.run(() => window.load())).code, 0);
    return await body(page, server);
  } finally {
    await page.close();
    await server.close();
  }
}

for (const browser of browsers.filter(({ name }) => name === 'Chromium')) {
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

    test('a resume() that rejects is said in time, and the next speech tries again', () => {
      const before = `
        const resume = AudioContext.prototype.resume;
        window.refuse = true;
        Object.defineProperty(AudioContext.prototype, 'state', {
          get: ((state) => function () { return window.refuse ? 'suspended' : state.call(this); })(
            Object.getOwnPropertyDescriptor(BaseAudioContext.prototype, 'state').get),
        });
        AudioContext.prototype.resume = function () {
          return window.refuse ? Promise.reject(new DOMException('', 'NotAllowedError')) : resume.call(this);
        };
      `;
      return on(browser, { faults: { before } }, async (page) => {
        const { code, ms, again } = await page.run(async () => {
          const from = performance.now();
          const { code } = await window.speak('好。');
          const ms = performance.now() - from;
          window.refuse = false;
          return { code, ms, again: (await window.speak('好。')).code };
        });
        assert.deepEqual([code, again], ['E_AUDIO_LOCKED', 0]);
        assert.ok(ms < 7000, `${ms} ms`);
      });
    });
  });
}

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

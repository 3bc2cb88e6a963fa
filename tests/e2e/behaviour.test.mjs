/** What people report of speech software: odd devices, hidden tabs, texts that nobody thought of. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { browsers, until } from './browsers.mjs';
import { site } from './site.mjs';

/** Ahead of the page: contexts run at `rate`, whatever they are asked for, and their sound can be had. */
const insisting = (rate) => `
  const Context = window.AudioContext;
  window.AudioContext = class extends Context {
    constructor(options) {
      super({ ...options, sampleRate: ${rate} });
      window.context = this;
    }
  };
`;

/** Ahead of the page: for a while its timers come once a minute, as those of a hidden tab do. What drives the browser needs them after. */
const DROWSY = `
  window.fallAsleep = () => {
    const { setTimeout: later, setInterval: repeat, requestAnimationFrame: draw } = window;
    window.setTimeout = (call, ms = 0, ...rest) => later(call, Math.max(ms, 60_000), ...rest);
    window.setInterval = (call, ms = 0, ...rest) => repeat(call, Math.max(ms, 60_000), ...rest);
    window.requestAnimationFrame = () => 0;
    Object.defineProperty(document, 'hidden', { get: () => true, configurable: true });
    return {
      later,
      wake: () => {
        Object.assign(window, { setTimeout: later, setInterval: repeat, requestAnimationFrame: draw });
        delete document.hidden;
      },
    };
  };
`;

/** Ahead of the page: counts how often it asks for the device's latency, which can lock up Firefox. */
const COUNTING_LATENCY = `
  window.asked = 0;
  for (const [name, none] of [['outputLatency', 0], ['getOutputTimestamp', () => ({})]]) {
    Object.defineProperty(AudioContext.prototype, name, {
      get: () => {
        window.asked += 1;
        return none;
      },
    });
  }
`;

/** Opens a page of its own with the voice loaded. */
async function opened(browser, faults, body) {
  const server = await site(faults);
  const page = await browser.page();
  try {
    await page.open(`${server.url}harness.html`);
    await until(page, 'window.ready === true');
    const loaded = await page.run(() => window.load());
    assert.equal(loaded.code, 0, loaded.message);
    await body(page);
  } finally {
    await page.close();
    await server.close();
  }
}

/**
 * In the page: speaks, and finds the seconds of sound and the median pitch: in each voiced fortieth of a second, the lag at
 * which the sound is most like itself.
 */
const recorded = async (text) => {
  const { context, langdu } = window;
  await context.audioWorklet.addModule('/recorder.worklet.js');
  const recorder = new AudioWorkletNode(context, 'recorder', { numberOfOutputs: 0 });
  const blocks = [];
  recorder.port.onmessage = ({ data }) => blocks.push(data);
  langdu.outputNode.connect(recorder);
  const { duration, stats } = await langdu.speak(text);
  await window.sleep(100);
  const rate = context.sampleRate;
  const heard = Float32Array.from(blocks.flatMap((block) => [...block]));
  const first = heard.findIndex((sample) => sample !== 0);
  const last = heard.findLastIndex((sample) => sample !== 0);
  const size = Math.round(rate / 40);
  const product = (one, other) => {
    let sum = 0;
    for (let i = 0; i < size; i += 1) sum += heard[one + i] * heard[other + i];
    return sum;
  };
  const [shortest, longest] = [Math.floor(rate / 420), Math.ceil(rate / 140)];
  const pitches = [];
  for (let at = first; at + size + longest < last; at += size) {
    const alike = Array.from({ length: longest + 1 }, (_, lag) =>
      lag < shortest ? 0 : product(at, at + lag) / Math.sqrt(product(at, at) * product(at + lag, at + lag) + 1e-9),
    );
    const best = Math.max(...alike);
    if (best < 0.8) continue;
    // The first peak that is nearly the highest, between its neighbours: later ones are its multiples.
    const lag = alike.findIndex((value, i) => value > best - 0.05 && value >= alike[i + 1] && value >= alike[i - 1]);
    const [before, here, after] = [alike[lag - 1] ?? 0, alike[lag], alike[lag + 1] ?? 0];
    pitches.push(rate / (lag + (before - after) / (2 * (before - 2 * here + after) || 1)));
  }
  pitches.sort((a, b) => a - b);
  return {
    rate,
    made: duration,
    sounding: (last - first) / rate,
    pitch: pitches[pitches.length >> 1],
    samples: stats.samples,
    memory: stats.memory,
  };
};

/** What the engine may have for a short text, in bytes: it takes 24 to 27 MB, and ten seconds at 192 kHz would be 8 MB more. */
const HEAP = 28 * 2 ** 20;

for (const browser of browsers) {
  describe(`devices in ${browser.name}`, () => {
    const rates =
      browser.name === 'Chromium' ? [24000, 8000, 16000, 22050, 44100, 48000, 96000, 192000] : [24000, 44100];
    const pitches = [];
    for (const rate of rates) {
      test(`speech has its pitch and length on a device of ${rate} Hz`, () =>
        opened(browser, { before: insisting(rate) }, async (page) => {
          const heard = await page.run(recorded, '妈妈他今天喝汤。');
          assert.equal(heard.rate, rate);
          assert.ok(heard.sounding <= heard.made + 0.15 && heard.sounding > heard.made * 0.75, JSON.stringify(heard));
          // What is queued is at the voice's rate, whatever the device's is.
          assert.ok(Math.abs(heard.samples / heard.made - 24000) < 1, JSON.stringify(heard));
          assert.ok(heard.memory < HEAP, `${heard.memory} bytes`);
          pitches.push(heard.pitch);
          assert.ok(Math.abs(heard.pitch / pitches[0] - 1) < 0.04, `${heard.pitch} Hz, not ${pitches[0]}`);
        }));
    }
  });

  test(`${browser.name === 'Firefox' ? 'never ' : ''}asks how long the device keeps sound back, in ${browser.name}`, () =>
    opened(browser, { before: COUNTING_LATENCY }, async (page) => {
      const { code, asked } = await page.run(async () => ({
        code: (await window.speak('今天天气不错。')).code,
        asked: window.asked,
      }));
      assert.equal(code, 0);
      assert.equal(asked > 0, browser.name !== 'Firefox', `asked ${asked} times`);
    }));

  describe(`a hidden tab in ${browser.name}`, () => {
    test('goes on from sentence to sentence, though its timers come once a minute', (t) =>
      opened(browser, { before: DROWSY }, async (page) => {
        const { underruns, code, stats, duration } = await page.run(async () => {
          const { later, wake } = window.fallAsleep();
          const { sleep } = window;
          window.sleep = (ms) => new Promise((resolve) => later(resolve, ms));
          const result = await window.speak('第一句说完了。第二句接着说。第三句也要说。'.repeat(2));
          window.sleep = sleep;
          wake();
          return result;
        });
        assert.equal(code, 0);
        const rtf = stats.totalMs / 1000 / duration;
        // A machine that is busy with other things as well may be too slow for anybody.
        if (rtf < 0.5) assert.equal(underruns, 0, `at ${rtf} seconds of work for one of sound`);
        else t.skip(`${rtf} seconds of work for one of sound`);
      }));
  });

  describe(`texts in ${browser.name}`, () => {
    let server;
    let page;

    before(async () => {
      server = await site();
      page = await browser.page();
      await page.open(`${server.url}harness.html`);
      await until(page, 'window.ready === true');
      assert.equal((await page.run(() => window.load())).code, 0);
    });

    after(async () => {
      await page?.close();
      await server?.close();
    });

    /** What a text's marks cover, in order. */
    const covered = async (text) => {
      const { code, marks } = await page.run((text) => window.collect(text), text);
      assert.equal(code, 0);
      assert.ok(marks.every(({ charIndex }, i) => i === 0 || charIndex >= marks[i - 1].charIndex));
      return marks.map(({ charIndex, charLength }) => text.substr(charIndex, charLength));
    };

    test('every word is marked to the last, whatever the numbers before it grow to', async () => {
      for (const text of ['共2350人😀，占0.9%。\r\n就这些。', '2024-2025赛季开打，比分3:2，大家都来看。']) {
        const parts = await covered(text);
        assert.equal(parts.at(-1), text.at(-2), `${text}: ${parts}`);
        for (const han of text.match(/\p{Script=Han}/gu))
          assert.ok(
            parts.some((part) => part.includes(han)),
            han,
          );
      }
    });

    test('paragraphs of nothing but dots are passed over', async () => {
      const text = '他走了。\n……\n―――\n\n再也没有回来。';
      const parts = await covered(text);
      assert.equal(parts.join(''), '他走了再也没有回来');
    });

    test('a paragraph without a full stop begins when little of it has been read', async () => {
      const text = '那山高得很呢'.repeat(3500);
      const read = await page.run(async (text) => {
        const read = [];
        const off = window.langdu.on('sentence', ({ charIndex, charLength }) => read.push(charIndex + charLength));
        for await (const _chunk of window.langdu.stream(text)) break;
        off();
        return read;
      }, text);
      assert.ok(read.length >= 1 && Math.max(...read) < 600, `read to ${read} before the first sound`);
    });

    test('pauses shrink with the speech, and only once', async () => {
      const lengths = await page.run(async () => {
        const lengths = {};
        for (const speed of [0.5, 1, 2]) {
          const one = (await window.collect('好。', { speed })).samples;
          lengths[speed] = (await window.collect('好。好。好。好。', { speed })).samples / one;
        }
        return lengths;
      });
      for (const speed of ['0.5', '2']) {
        assert.ok(Math.abs(lengths[speed] / lengths['1'] - 1) < 0.25, JSON.stringify(lengths));
      }
    });

    test('hundreds of sentences at once: each is heard, or said to be cancelled', async () => {
      const { codes, ahead } = await page.run(async () => {
        const spoken = Array.from({ length: 300 }, (_, i) => window.speak(`第${i}句话。`));
        await spoken[0];
        const ahead = (await window.langdu.cache.stats()).l2.entries;
        window.langdu.cancel();
        const codes = {};
        for (const { code } of await Promise.all(spoken)) codes[code] = (codes[code] ?? 0) + 1;
        return { codes, ahead };
      });
      assert.ok(codes[0] >= 1 && codes.E_CANCELLED >= 250, JSON.stringify(codes));
      assert.equal(codes[0] + codes.E_CANCELLED, 300);
      assert.ok(ahead < 60, `${ahead} sentences made ahead`);
    });

    test('letters with digits are no pinyin', async () => {
      const parts = await covered('ce2和a1是编号，beta1也是。');
      for (const part of ['和', '是', '编', '号', '也'])
        assert.ok(
          parts.some((covers) => covers.includes(part)),
          part,
        );
      const code = (text) => page.run(async (text) => (await window.collect(text)).samples, text);
      assert.notEqual(await code('长[zhang3]大'), await code('长zhang3大'));
    });
  });
}

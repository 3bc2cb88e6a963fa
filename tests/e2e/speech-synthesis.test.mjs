/** `langdu/speech-synthesis` by the draft of the Web Speech API. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { browsers, until } from './browsers.mjs';
import { site } from './site.mjs';

/** The adapter on the built client. */
async function adapter() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../../www/adapters/speech-synthesis.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    write: false,
    plugins: [
      {
        name: 'langdu',
        setup: ({ onResolve }) => onResolve({ filter: /^langdu$/ }, () => ({ path: '/langdu.js', external: true })),
      },
    ],
  });
  return Buffer.from(outputFiles[0].contents);
}

for (const browser of browsers) {
  describe(`speechSynthesis in ${browser.name}`, () => {
    let server;
    let page;
    let asked = '';

    /** Calls a function by a script of the page itself: in those of WebDriver `speechSynthesis` is the browser's own. */
    const run = async (body, argument) => {
      asked = `(async () => (${body})(${JSON.stringify(argument ?? null)}))().then(
        (value) => ({ value }), (error) => ({ error: String(error) }),
      ).then((answer) => { document.documentElement.dataset.answer = JSON.stringify(answer); });`;
      await page.run(() => {
        delete document.documentElement.dataset.answer;
        const script = document.createElement('script');
        script.src = `/asked.js?${performance.now()}`;
        document.head.append(script);
      });
      await until(page, 'document.documentElement.dataset.answer !== undefined');
      const { value, error } = JSON.parse(await page.peek('document.documentElement.dataset.answer'));
      if (error) throw new Error(error);
      return value;
    };

    before(async () => {
      const scripts = { '/speech-synthesis.js': () => adapted, '/asked.js': () => Buffer.from(asked) };
      const adapted = await adapter();
      server = await site({ alter: (path, body) => scripts[path]?.() ?? body });
      page = await browser.page();
      await page.open(`${server.url}harness.html`);
      await until(page, 'window.ready === true');
      await run(async () => {
        const { install } = await import('/speech-synthesis.js');
        install();
        window.say = (text, settings = {}) => {
          const utterance = Object.assign(new SpeechSynthesisUtterance(text), settings);
          const events = [];
          const over = new Promise((resolve) => {
            for (const type of ['start', 'end', 'error', 'pause', 'resume', 'mark', 'boundary']) {
              utterance.addEventListener(type, (event) => {
                const { charIndex, charLength, elapsedTime, name, error } = event;
                events.push({
                  type,
                  charIndex,
                  charLength,
                  elapsedTime,
                  name,
                  error,
                  own: event.utterance === utterance,
                });
                if (type === 'end' || type === 'error') resolve(events);
              });
            }
          });
          speechSynthesis.speak(utterance);
          return { utterance, events, over };
        };
        if (speechSynthesis.getVoices().some(({ voiceURI }) => voiceURI.startsWith('langdu:'))) return;
        await new Promise((resolve) => {
          speechSynthesis.onvoiceschanged = () => {
            if (speechSynthesis.getVoices().some(({ voiceURI }) => voiceURI.startsWith('langdu:'))) resolve();
          };
        });
      });
    });

    after(async () => {
      await page?.close();
      await server?.close();
    });

    test('has the voice, and takes the place of the browser’s', async () => {
      const found = await run(() => {
        const [{ name, lang, localService, voiceURI }] = speechSynthesis.getVoices();
        return { name, lang, localService, voiceURI, is: speechSynthesis instanceof SpeechSynthesis };
      });
      assert.deepEqual(found, {
        name: 'xiaolang',
        lang: 'zh-CN',
        localService: true,
        voiceURI: 'langdu:xiaolang',
        is: true,
      });
    });

    test('tells of words and sentences in their order', async () => {
      const text = '今天天气不错。早上好！';
      const events = await run((text) => window.say(text).over, text);
      assert.equal(events[0].type, 'start');
      assert.equal(events.at(-1).type, 'end');
      assert.ok(events.every(({ own }) => own));
      const sentences = events.filter(({ name }) => name === 'sentence');
      assert.deepEqual(
        sentences.map(({ charIndex, charLength }) => text.substr(charIndex, charLength)),
        ['今天天气不错。', '早上好！'],
      );
      const words = events.filter(({ name }) => name === 'word');
      assert.ok(words.length >= 4 && words.length < 9, `${words.length} words`);
      assert.equal(words[0].charIndex, 0);
      assert.ok(words.every(({ charIndex }, i) => i === 0 || charIndex > words[i - 1].charIndex));
      assert.ok(words.every(({ elapsedTime }, i) => i === 0 || elapsedTime >= words[i - 1].elapsedTime));
    });

    test('queues; a cancel tells the one that is heard from those that wait', async () => {
      const { states, errors } = await run(async () => {
        const first = window.say('从前有座山，山里有座庙。');
        const second = window.say('庙里有个老和尚。');
        const states = [[speechSynthesis.speaking, speechSynthesis.pending]];
        while (!first.events.some(({ type }) => type === 'boundary')) await window.sleep(10);
        speechSynthesis.cancel();
        const ends = await Promise.all([first.over, second.over]);
        await window.sleep(50);
        states.push([speechSynthesis.speaking, speechSynthesis.pending]);
        return { states, errors: ends.map((events) => events.at(-1).error) };
      });
      assert.deepEqual(states, [
        [true, true],
        [false, false],
      ]);
      assert.deepEqual(errors, ['interrupted', 'canceled']);
    });

    test('pauses and goes on', async () => {
      const types = await run(async () => {
        const { events, over } = window.say('今天天气不错。');
        while (!events.some(({ type }) => type === 'boundary')) await window.sleep(10);
        speechSynthesis.pause();
        const { paused } = speechSynthesis;
        await window.sleep(100);
        speechSynthesis.resume();
        await over;
        return [paused, ...events.map(({ type }) => type).filter((type) => type !== 'boundary')];
      });
      assert.deepEqual(types, [true, 'start', 'pause', 'resume', 'end']);
    });

    test('reads a document, and tells of its marks', async () => {
      const events = await run(() => window.say('<speak>你好。<mark name="here"/>再见。</speak>').over);
      assert.deepEqual(
        events.filter(({ type }) => type === 'mark').map(({ name }) => name),
        ['here'],
      );
    });

    test('an empty text begins and ends; the same utterance may be said again', async () => {
      const types = await run(async () => {
        const events = await window.say('').over;
        const again = window.say('好。');
        await again.over;
        const twice = new Promise((resolve) => again.utterance.addEventListener('end', resolve, { once: true }));
        speechSynthesis.speak(again.utterance);
        await twice;
        return events.map(({ type }) => type);
      });
      assert.deepEqual(types, ['start', 'end']);
    });

    test('rate and volume are held in their limits, and rate is heard', async () => {
      const { limits, slow, fast } = await run(async () => {
        const utterance = Object.assign(new SpeechSynthesisUtterance('a'), { rate: 99, volume: 7, pitch: -1 });
        const limits = [utterance.rate, utterance.volume, utterance.pitch];
        const last = (events) => events.at(-1).elapsedTime;
        const slow = last(await window.say('今天天气不错。', { rate: 0.8 }).over);
        const fast = last(await window.say('今天天气不错。', { rate: 1.6 }).over);
        return { limits, slow, fast };
      });
      assert.deepEqual(limits, [10, 1, 0]);
      assert.ok(fast < 0.7 * slow, `${fast} s against ${slow} s`);
    });
  });
}

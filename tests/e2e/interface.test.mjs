/** What a page can do while it speaks: stop, interrupt, change, move, and give text as it is written. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { browsers, until } from './browsers.mjs';
import { site } from './site.mjs';

const TEXT = '今天天气不错，早上好！我们去公园走一走，看看桂花开了没有。晚上再回来吃饭。';
const LONG = '从前有座山，山里有座庙，庙里有个老和尚在给小和尚讲故事。'.repeat(6);

// WebKit, the slowest to start, has the same code to run.
for (const browser of browsers.filter(({ name }) => name !== 'WebKit')) {
  describe(`the interface in ${browser.name}`, () => {
    let server;
    let page;

    before(async () => {
      server = await site();
      page = await browser.page();
      await page.open(`${server.url}harness.html`);
      await until(page, 'window.ready === true');
      const loaded = await page.run(() => window.load());
      assert.equal(loaded.code, 0, loaded.message);
    });

    after(async () => {
      await page?.close();
      await server?.close();
    });

    /** Speaks, and does something when some of it has been heard. */
    const during = async (text, body) => {
      await page.run(async (text) => {
        const events = [];
        const stop = ['boundary', 'end', 'start', 'underrun', 'state'].map((name) =>
          window.langdu.on(name, (event) => events.push({ name, at: performance.now(), ...event })),
        );
        const spoken = window.speak(text).finally(() => {
          for (const off of stop) off();
        });
        window.talk = { events, spoken };
        while (!events.some(({ name, elapsedTime }) => name === 'boundary' && elapsedTime > 0.3))
          await window.sleep(10);
      }, text);
      const extra = await page.run(body);
      const [result, events] = await page.run(async () => [await window.talk.spoken, window.talk.events]);
      return { extra, result, events };
    };

    const said = (text, events) =>
      events
        .filter(({ name }) => name === 'boundary')
        .map(({ charIndex, charLength }) => text.substr(charIndex, charLength))
        .join('');
    const spoken = (text) => text.replace(/[^\p{Script=Han}]/gu, '');

    test('an aborted signal ends a speech, and says how far it was heard', async () => {
      const { result, events } = await page.run(async (text) => {
        const events = [];
        const stop = window.langdu.on('boundary', (event) => events.push(event));
        const end = new AbortController();
        const spoken = window.langdu
          .speak(text, { signal: end.signal })
          .catch(({ code, heard, cause }) => ({ code, heard, cause: String(cause) }));
        while (events.length < 5) await window.sleep(10);
        end.abort('enough');
        const result = await spoken;
        stop();
        return { result, events };
      }, LONG);
      assert.equal(result.code, 'E_CANCELLED');
      assert.equal(result.cause, 'enough');
      const last = events.at(-1);
      assert.equal(result.heard.charIndex, last.charIndex + last.charLength);
    });

    test('signals of streams, files and loading are heard, before and after', async () => {
      const codes = await page.run(async (text) => {
        const { langdu } = window;
        const aborted = AbortSignal.abort();
        const codes = [];
        codes.push(await langdu.speak(text, { signal: aborted }).catch(({ code }) => code));
        codes.push((await langdu.synthesize(text, { signal: aborted })).code);
        const end = new AbortController();
        try {
          for await (const _ of langdu.stream(text, { signal: end.signal })) end.abort();
        } catch ({ code }) {
          codes.push(code);
        }
        codes.push((await window.load({ signal: aborted })).code);
        window.langdu = langdu;
        return codes;
      }, LONG);
      assert.deepEqual(codes, ['E_CANCELLED', 'E_CANCELLED', 'E_CANCELLED', 'E_CANCELLED']);
    });

    test('an interruption takes the place of what is said, and of what waits', async () => {
      const { results, order } = await page.run(async (text) => {
        const { langdu } = window;
        const order = [];
        const stop = langdu.on('start', ({ job }) => order.push(job));
        const code = ({ code }) => code;
        const first = langdu.speak(text).catch(code);
        const second = langdu.speak(text).catch(code);
        while (order.length === 0) await window.sleep(10);
        await window.sleep(300);
        const third = langdu.speak('好。', { interrupt: true }).then(() => 0, code);
        const results = await Promise.all([first, second, third]);
        stop();
        return { results, order };
      }, LONG);
      assert.deepEqual(results, ['E_CANCELLED', 'E_CANCELLED', 0]);
      assert.equal(order.length, 2);
    });

    test('clear() drops what waits, and only that', async () => {
      const results = await page.run(async () => {
        const { langdu } = window;
        const code = ({ code }) => code;
        const first = langdu.speak('一二三四五。').then(() => 0, code);
        const second = langdu.speak('六七八九十。').then(() => 0, code);
        langdu.clear();
        return Promise.all([first, second]);
      });
      assert.deepEqual(results, [0, 'E_CANCELLED']);
    });

    test('a change of speed is heard soon; nothing is lost or said twice', async () => {
      const body = () => {
        window.langdu.speed = 2;
        return window.talk.events.findLast(({ name }) => name === 'boundary').elapsedTime;
      };
      const { extra: at, events, result } = await during(TEXT, body);
      assert.equal(result.code, 0);
      assert.equal(said(TEXT, events), spoken(TEXT));
      const times = events.filter(({ name }) => name === 'boundary').map(({ elapsedTime }) => elapsedTime);
      assert.ok(
        times.every((time, i) => i === 0 || time > times[i - 1]),
        'time goes on',
      );
      const whole = await page.run(async (text) => {
        window.langdu.speed = 1;
        return (await window.langdu.measure(text)).duration;
      }, TEXT);
      // The rest takes half its time, but for what was on its way to the device.
      assert.ok(
        result.duration < at + (whole - at) / 2 + 1.5,
        `${result.duration} s of ${whole} s, changed at ${at} s`,
      );
    });

    test('the volume changes at once', async () => {
      const levels = await page.run(async (text) => {
        const { langdu } = window;
        const from = performance.now();
        const spoken = langdu.speak(text).catch(() => undefined);
        while (window.probe.heard(from).sounding < 8000) await window.sleep(10);
        langdu.volume = 0;
        await window.sleep(250);
        const quiet = performance.now();
        await window.sleep(400);
        const rms = window.probe.heard(quiet).rms;
        langdu.volume = 1;
        langdu.cancel();
        await spoken;
        return { rms };
      }, LONG);
      assert.ok(levels.rms < 1e-3, `${levels.rms}`);
    });

    test('what is out of range is refused at once', async () => {
      const codes = await page.run(() => {
        const codes = [];
        for (const [name, value] of [
          ['speed', 9],
          ['pitch', 'high'],
          ['volume', -1],
          ['emotion', 'furious'],
        ]) {
          try {
            window.langdu[name] = value;
          } catch ({ code }) {
            codes.push(code);
          }
        }
        return codes;
      });
      assert.deepEqual(codes, ['E_OPTION_SPEED', 'E_OPTION_PITCH', 'E_OPTION_VOLUME', 'E_OPTION_EMOTION']);
    });

    test('seek and skip go where they are sent', async () => {
      const at = TEXT.indexOf('晚上');
      const sought = await during(TEXT, () => window.langdu.seek(25));
      assert.equal(sought.result.code, 0);
      const places = sought.events.filter(({ name }) => name === 'boundary').map(({ charIndex }) => charIndex);
      const jump = places.findIndex((place, i) => place > (places[i - 1] ?? place) + 3);
      assert.ok(places[jump] >= 25 && places[jump] < 28, `${places}`);
      assert.equal(places.at(-1), TEXT.length - 2);
      const skipped = await during(TEXT, () => window.langdu.skip(2));
      assert.ok(said(TEXT, skipped.events).endsWith(spoken(TEXT.slice(at))));
      assert.ok(!said(TEXT, skipped.events).includes('桂花'));
      const beyond = await during(TEXT, () => window.langdu.seek(1000));
      assert.equal(beyond.result.code, 0);
    });

    test('the state is told when it changes', async () => {
      const { events } = await during('今天天气不错。', async () => {
        window.langdu.pause();
        await window.sleep(50);
        window.langdu.resume();
      });
      const states = events.filter(({ name }) => name === 'state').map(({ speaking, paused }) => [speaking, paused]);
      assert.deepEqual(states, [
        [true, false],
        [true, true],
        [true, false],
        [false, false],
      ]);
    });

    test('a device that was taken away comes back with resume()', async () => {
      const { events, result } = await during(TEXT, async () => {
        const { langdu } = window;
        await langdu.outputNode.context.suspend();
        await window.sleep(100);
        const { interrupted } = langdu;
        langdu.resume();
        return interrupted;
      });
      assert.equal(result.code, 0);
      assert.ok(events.some(({ name, interrupted }) => name === 'state' && interrupted));
    });

    test('text that is still being written says what the whole says', async () => {
      const text = `他说：“走吧！”12:30的时候，气温是3.5%。长[chang2]大了𠮷😀。OK. Good\n第二段。${TEXT}`;
      for (const cuts of [[1], [2], [3, 1, 4, 1, 5], [7, 50]]) {
        const { whole, pieces } = await page.run(
          async ({ text, cuts }) => {
            const { langdu } = window;
            const collect = async (source) => {
              const found = { samples: [], marks: [] };
              // Words that are known are said as they were.
              await langdu.cache.clear();
              for await (const { samples, marks } of langdu.stream(source)) {
                found.samples.push(...samples);
                found.marks.push(...marks);
              }
              return found;
            };
            async function* writing() {
              let at = 0;
              for (let i = 0; at < text.length; i += 1) {
                const length = cuts[i % cuts.length];
                yield text.slice(at, at + length);
                at += length;
                if (i % 7 === 0) await window.sleep(1);
              }
            }
            const whole = await collect(text);
            const pieces = await collect(writing());
            const difference = whole.samples.reduce(
              (most, sample, i) => Math.max(most, Math.abs(sample - (pieces.samples[i] ?? 9))),
              0,
            );
            return {
              whole: { count: whole.samples.length, marks: whole.marks },
              pieces: { count: pieces.samples.length, marks: pieces.marks, difference },
            };
          },
          { text, cuts },
        );
        assert.equal(pieces.count, whole.count, `cuts ${cuts}`);
        assert.deepEqual(pieces.marks, whole.marks);
        assert.ok(pieces.difference < 1e-3, `${pieces.difference}`);
      }
    });

    test('a pause of the writer does not hold up what is there', async () => {
      const { first, result } = await page.run(async () => {
        const { langdu } = window;
        let wrote;
        const more = new Promise((resolve) => {
          wrote = resolve;
        });
        const stream = new ReadableStream({
          async start(controller) {
            controller.enqueue('第一句已经写完了。第二');
            await more;
            controller.enqueue('句还没有。');
            controller.close();
          },
        });
        let first = null;
        const stop = langdu.on('boundary', ({ charIndex }) => {
          first ??= charIndex;
        });
        const spoken = langdu.speak(stream);
        while (first === null) await window.sleep(20);
        await window.sleep(300);
        wrote();
        const result = await spoken;
        stop();
        return { first, result };
      });
      assert.equal(first, 0);
      assert.ok(result.duration > 2);
    });

    test('a source that fails, and one that says nothing', async () => {
      const codes = await page.run(async () => {
        const code = ({ code }) => code;
        async function* broken() {
          yield '好。';
          throw new Error('gone');
        }
        async function* empty() {
          yield '。';
        }
        return [await window.langdu.speak(broken()).catch(code), await window.langdu.speak(empty()).catch(code)];
      });
      assert.deepEqual(codes, ['E_TEXT_SOURCE', 'E_TEXT_EMPTY']);
    });

    test('subtitles name sentences and words in their time', async () => {
      const { srt, vtt, duration } = await page.run(async (text) => {
        const { langdu } = window;
        const srt = await langdu.subtitles(text, { format: 'srt' });
        const vtt = await langdu.subtitles(text, { unit: 'word' });
        return { srt, vtt, duration: (await langdu.measure(text)).duration };
      }, TEXT);
      const blocks = srt.trim().split('\n\n');
      assert.equal(blocks.length, 3);
      assert.match(blocks[0], /^1\n00:00:00,\d{3} --> 00:00:0\d,\d{3}\n今天天气不错，早上好！$/);
      assert.match(vtt, /^WEBVTT\n\n00:00:00\.\d{3} --> /);
      assert.ok(vtt.split('\n\n').length > 10);
      assert.ok(duration > 5);
    });

    test('the sound is there as a stream, and plays through an element', async () => {
      const { tracks, time } = await page.run(async () => {
        const { langdu } = window;
        const audio = document.createElement('audio');
        await langdu.attach(audio);
        await window.speak('好。');
        const time = audio.currentTime;
        await langdu.attach(null);
        return { tracks: langdu.mediaStream.getAudioTracks().length, time };
      });
      assert.equal(tracks, 1);
      assert.ok(time > 0.1, `${time} s`);
    });

    test('a listener may listen anew from within', async () => {
      const count = await page.run(async () => {
        let count = 0;
        const arm = () => {
          const off = window.langdu.on('end', () => {
            off();
            count += 1;
            if (count < 100) arm();
          });
        };
        arm();
        await window.speak('好。');
        return count;
      });
      assert.equal(count, 1);
    });
  });
}

/** The client's promises, kept in a real browser with the real voice. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { browsers, until } from './browsers.mjs';
import { site } from './site.mjs';

const TEXT = '今天天气不错，早上好！';
const LONG = '从前有座山，山里有座庙，庙里有个老和尚在给小和尚讲故事。'.repeat(8);

for (const browser of browsers) {
  describe(`the client in ${browser.name}`, () => {
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

    /** Runs the shared checks that a page does after a fault: it still speaks, and is heard. */
    const stillSpeaks = async () => {
      const { code, heard } = await page.run(async () => {
        const from = performance.now();
        const { code } = await window.speak('好。');
        // What was played is told a moment later.
        await window.sleep(500);
        return { code, heard: window.probe.heard(from) };
      });
      assert.equal(code, 0);
      assert.ok(heard.sounding > 500, `only ${heard.sounding} samples sounded`);
    };

    test('knows its voice', async () => {
      const voice = await page.peek('window.langdu.voice');
      assert.equal(voice.sampleRate, 24000);
      assert.deepEqual([...voice.emotions].sort(), ['gentle', 'happy', 'neutral', 'sad', 'serious']);
    });

    test('speaks, and tells what happens in order', async () => {
      const { result, events, heard } = await page.run(async (text) => {
        const events = [];
        const stop = ['start', 'boundary', 'progress', 'end', 'error', 'underrun'].map((name) =>
          window.langdu.on(name, (event) => events.push({ name, ...event })),
        );
        const from = performance.now();
        const result = await window.speak(text);
        await window.sleep(100);
        for (const off of stop) off();
        return { result, events, heard: window.probe.heard(from) };
      }, TEXT);
      assert.equal(result.code, 0, result.message);
      assert.ok(result.firstSoundMs > 0 && result.duration > 0.5);
      // Each sample made is played once: silence in the voice and one block at either end are all that may differ.
      assert.ok(heard.sounding <= result.stats.samples + 256);
      assert.ok(heard.sounding > result.stats.samples * 0.8, `${heard.sounding} of ${result.stats.samples}`);
      const names = events.map(({ name }) => name).filter((name) => name !== 'progress' && name !== 'underrun');
      assert.equal(names[0], 'start');
      assert.equal(names.at(-1), 'end');
      const spoken = events.filter(({ name }) => name === 'boundary');
      assert.equal(spoken.map((e) => TEXT.substr(e.charIndex, e.charLength)).join(''), '今天天气不错早上好');
      assert.ok(spoken.every((event, i) => i === 0 || event.elapsedTime > spoken[i - 1].elapsedTime));
    });

    test('streams chunks that join without gaps, with marks', async () => {
      const { code, chunks, marks, samples } = await page.run((text) => window.collect(text), TEXT);
      assert.equal(code, 0);
      let position = 0;
      for (const { start, count } of chunks) {
        assert.equal(start, position);
        position += count;
      }
      assert.equal(position, samples);
      assert.deepEqual(
        chunks.map(({ last }) => last),
        chunks.map((_, i) => i === chunks.length - 1),
      );
      assert.ok(marks.every(({ start, end }) => start < end && end <= samples));
    });

    test('stops making sound when the reader leaves the stream', async () => {
      const { cancelled, late } = await page.run(async (text) => {
        const worker = window.probe.workers.at(-1);
        const post = worker.postMessage;
        const [cancelled, made] = [[], []];
        worker.postMessage = (message, ...rest) => {
          if (message.type === 'cancel') cancelled.push(message.job);
          post.call(worker, message, ...rest);
        };
        const note = ({ data }) => {
          if (data.type === 'chunk') made.push(data.job);
        };
        worker.addEventListener('message', note);
        let chunks = 0;
        for await (const _chunk of window.langdu.stream(text)) {
          chunks += 1;
          if (chunks === 2) break;
        }
        const job = made.at(-1);
        await window.sleep(300);
        made.length = 0;
        await window.sleep(700);
        worker.removeEventListener('message', note);
        worker.postMessage = post;
        return { cancelled: cancelled.includes(job), late: made.length };
      }, LONG);
      assert.deepEqual({ cancelled, late }, { cancelled: true, late: 0 });
      await stillSpeaks();
    });

    test('plays every sample once', async () => {
      const { expected, heard } = await page.run(async (text) => {
        await window.collect(text);
        // As it is kept, in 16 bits, so that silence is silence both times.
        let expected = 0;
        for await (const { samples } of window.langdu.stream(text))
          expected += samples.filter((sample) => sample !== 0).length;
        const from = performance.now();
        await window.speak(text);
        await window.sleep(150);
        return { expected, heard: window.probe.heard(from).sounding };
      }, TEXT.repeat(2));
      assert.ok(Math.abs(heard - expected) <= 256, `${heard} of ${expected} samples`);
    });

    test('reads a document: readings, silence and marks', async () => {
      const text =
        '<speak>你好。<break time="1s"/><mark name="second"/>再见，<phoneme ph="chong2 qing4">重庆</phoneme>。<mark name="end"/></speak>';
      const { result, events } = await page.run(async (text) => {
        const events = [];
        const stop = ['boundary', 'mark'].map((name) =>
          window.langdu.on(name, (event) => events.push({ name, ...event })),
        );
        const result = await window.speak(text, { ssml: true, lexicon: { 你好: '您好' } });
        for (const off of stop) off();
        return { result, events };
      }, text);
      assert.equal(result.code, 0, result.message);
      const boundaries = events.filter(({ charIndex }) => charIndex !== undefined);
      const said = boundaries.map(({ charIndex, charLength }) => text.substr(charIndex, charLength));
      assert.equal(said.slice(-2).join(''), '重庆');
      const marks = events.filter(({ charIndex }) => charIndex === undefined);
      assert.equal(marks.length, 2);
      assert.ok(marks[0].elapsedTime > boundaries[1].elapsedTime + 1);
      assert.ok(marks[1].elapsedTime >= boundaries.at(-1).elapsedTime);
    });

    test('what a document has wrong is said with its place', async () => {
      const failed = await page.run(async () => {
        const found = {};
        const stop = window.langdu.on('error', ({ error }) => Object.assign(found, { charIndex: error.charIndex }));
        const { code } = await window.speak('<speak>😀<nonsense/></speak>', { ssml: true });
        stop();
        return { code, ...found };
      });
      assert.deepEqual(failed, { code: 'E_TEXT_SSML', charIndex: 9 });
      await stillSpeaks();
    });

    test('makes a WAV file', async () => {
      const { code, msg, data, wav } = await page.run(async (text) => {
        const answer = await window.langdu.synthesize(text, { emotion: 'happy' });
        return { ...answer, wav: await window.probe.wav(answer.data.audio_url) };
      }, TEXT);
      assert.deepEqual({ code, msg }, { code: 0, msg: 'success' });
      assert.equal(data.size, wav.size);
      assert.ok(Math.abs(data.duration - wav.dataSize / 2 / 24000) < 1e-6);
      const { riff, riffSize, format, channels, sampleRate, bits, dataSize, size } = wav;
      assert.deepEqual(
        { riff, riffSize, format, channels, sampleRate, bits, dataSize },
        {
          riff: 'RIFFWAVEfmt data',
          riffSize: size - 8,
          format: 1,
          channels: 1,
          sampleRate: 24000,
          bits: 16,
          dataSize: size - 44,
        },
      );
    });

    test('faster speech is shorter, volume 0 is silent', async () => {
      const [slow, fast, mute] = await page.run(async (text) => {
        const lengths = [];
        for (const speed of [0.8, 1.6]) lengths.push((await window.collect(text, { speed })).samples);
        const { data } = await window.langdu.synthesize(text, { volume: 0 });
        return [...lengths, (await window.probe.wav(data.audio_url)).rms];
      }, TEXT);
      assert.ok(fast < slow * 0.7, `${fast} against ${slow} samples`);
      assert.equal(mute, 0);
    });

    test('a cancelled job is never heard again', async () => {
      const { code, before, after, events } = await page.run(async (text) => {
        const events = [];
        const stop = window.langdu.on('boundary', (event) => events.push(event.job));
        const from = performance.now();
        const spoken = window.speak(text);
        while (window.probe.heard(from).sounding < 4000) await window.sleep(20);
        window.langdu.cancel();
        const { code } = await spoken;
        const count = events.length;
        await window.sleep(150);
        const quiet = performance.now();
        await window.sleep(1000);
        stop();
        return {
          code,
          before: window.probe.heard(from, quiet).sounding,
          after: window.probe.heard(quiet),
          events: events.length - count,
        };
      }, LONG);
      assert.equal(code, 'E_CANCELLED');
      assert.ok(before >= 4000);
      assert.ok(after.blocks > 10, 'the audio clock stands still');
      assert.equal(after.sounding, 0);
      assert.equal(events, 0);
      await stillSpeaks();
    });

    test('overlapping calls are spoken one after the other', async () => {
      const { order, results, overlap } = await page.run(async () => {
        const order = [];
        const stop = ['start', 'end'].map((name) => window.langdu.on(name, ({ job }) => order.push(`${name} ${job}`)));
        const texts = ['一二三。', '四五六。', '七八九。'];
        const side = window.langdu.synthesize('同时做一个文件。');
        const results = await Promise.all(texts.map((text) => window.speak(text)));
        for (const off of stop) off();
        return { order, results: results.map(({ code }) => code), overlap: (await side).code };
      });
      assert.deepEqual(results, [0, 0, 0]);
      assert.equal(overlap, 0);
      const jobs = [...new Set(order.map((event) => event.split(' ')[1]))];
      assert.deepEqual(
        order,
        jobs.flatMap((job) => [`start ${job}`, `end ${job}`]),
      );
    });

    test('two instances speak at once', async () => {
      const codes = await page.run(async () => {
        const first = window.langdu;
        const loaded = await window.load();
        const second = window.langdu;
        window.langdu = first;
        const results = await Promise.allSettled([first.speak('我是甲。'), second.speak('我是乙。')]);
        await second.dispose();
        const late = await second.speak('已经没有了。').catch(({ code }) => code);
        return [loaded.code, ...results.map(({ status }) => status), late];
      });
      assert.deepEqual(codes, [0, 'fulfilled', 'fulfilled', 'E_DISPOSED']);
      await stillSpeaks();
    });

    test('pause holds the sound, resume goes on where it was', async () => {
      const { held, paused, result, whole } = await page.run(async (text) => {
        const begun = performance.now();
        await window.speak(text);
        const whole = window.probe.heard(begun).sounding;
        const from = performance.now();
        const spoken = window.speak(text);
        while (window.probe.heard(from).sounding < 4000) await window.sleep(20);
        window.langdu.pause();
        const { paused } = window.langdu;
        await window.sleep(150);
        const quiet = performance.now();
        await window.sleep(500);
        const held = window.probe.heard(quiet).sounding;
        window.langdu.resume();
        const result = await spoken;
        return { held, paused, whole, result: { ...result, heard: window.probe.heard(from).sounding } };
      }, TEXT.repeat(2));
      assert.equal(paused, true);
      assert.equal(held, 0);
      assert.equal(result.code, 0);
      // What is made of known words may be a little shorter or longer.
      assert.ok(Math.abs(result.heard / whole - 1) < 0.05, `${result.heard} of ${whole}`);
    });

    for (const [what, text, codes] of [
      ['empty text', '', ['E_TEXT_EMPTY']],
      ['nothing but space', ' \n\t　', ['E_TEXT_EMPTY']],
      ['nothing but punctuation', '。，！？……——「」', ['E_TEXT_EMPTY']],
      ['control characters', '\u0000\u0007\u001b\u200b\ufeff', ['E_TEXT_EMPTY']],
      ['a lone surrogate', '\ud83d', ['E_TEXT_EMPTY']],
      ['emoji', '😀👍🏽', [0, 'E_TEXT_EMPTY']],
      ['no text at all', undefined, ['E_TEXT_EMPTY']],
      ['Latin text', 'Hello, world', [0]],
      ['a mixture', 'A股涨了3.5%😀\u0007\udc00，OK！', [0]],
    ]) {
      test(`${what} → ${codes.join(' or ')}`, async () => {
        const { code, message } = await page.run(
          // Lone surrogates don't survive every driver's protocol; escapes do.
          (escaped) => window.collect(escaped === null ? undefined : JSON.parse(escaped)),
          text === undefined ? null : JSON.stringify(text),
        );
        assert.ok(codes.includes(code), `${code}: ${message}`);
      });
    }

    test('marks count UTF-16 units, around emoji and lone surrogates too', async () => {
      const text = '\ud800😀今天😀好';
      const { code, marks } = await page.run((escaped) => window.collect(JSON.parse(escaped)), JSON.stringify(text));
      assert.equal(code, 0);
      const spoken = marks.map(({ charIndex, charLength }) => text.substr(charIndex, charLength));
      assert.deepEqual(
        spoken.filter((part) => /\p{Script=Han}/u.test(part)),
        ['今', '天', '好'],
      );
    });

    for (const [options, expected] of [
      [{ emotion: 'furious' }, 'E_OPTION_EMOTION'],
      [{ emotion: '' }, 'E_OPTION_EMOTION'],
      [{ speed: 0 }, 'E_OPTION_SPEED'],
      [{ speed: 'quick' }, 'E_OPTION_FORMAT'],
      [{ speed: true }, 'E_OPTION_FORMAT'],
      [{ volume: null }, 'E_OPTION_FORMAT'],
      [{ ssml: 'false' }, 'E_OPTION_FORMAT'],
      [{ lexicon: '你好' }, 'E_OPTION_FORMAT'],
      [{ rate: 2 }, 'E_OPTION_FORMAT'],
      [null, 'E_OPTION_FORMAT'],
      [{ speed: 99 }, 'E_OPTION_SPEED'],
      [{ pitch: -40 }, 'E_OPTION_PITCH'],
      [{ volume: -1 }, 'E_OPTION_VOLUME'],
    ]) {
      test(`${JSON.stringify(options)} → ${expected}`, async () => {
        const { code, events } = await page.run(async (options) => {
          const events = [];
          const stop = window.langdu.on('error', ({ error }) => events.push(error.code));
          const { code } = await window.speak('早上好', options);
          stop();
          return { code, events };
        }, options);
        assert.equal(code, expected);
        assert.deepEqual(events, [expected]);
      });
    }

    test('a lexicon reaches the engine', async () => {
      const [empty, plain, said] = await page.run(async () => {
        const covered = async (options) => {
          const { code, marks } = await window.collect('用GPU算。', options);
          return code || marks.map(({ charIndex, charLength }) => `${charIndex}+${charLength}`).join(' ');
        };
        return [
          await covered({ lexicon: { GPU: ' ' } }),
          await covered({}),
          await covered({ lexicon: { GPU: '显卡' } }),
        ];
      });
      assert.equal(empty, 'E_TEXT_LEXICON');
      assert.notEqual(plain, said);
      await stillSpeaks();
    });

    test('a file that can not be made says why, and loading tells how far it is', async () => {
      const [refused, progress] = await page.run(async () => {
        const refused = await window.langdu.synthesize('。');
        const progress = [];
        await window.langdu.dispose();
        await window.load({ onProgress: ({ loaded, total }) => progress.push(loaded / total) });
        return [refused, progress];
      });
      assert.deepEqual([refused.code, refused.data], ['E_TEXT_EMPTY', null]);
      assert.ok(progress.length > 1 && progress.every((part, i) => part >= (progress[i - 1] ?? 0)), `${progress}`);
      assert.equal(progress.at(-1), 1);
      await stillSpeaks();
    });

    test('NaN and infinity → E_OPTION_*', async () => {
      const codes = await page.run(async () => {
        const codes = [];
        for (const options of [{ speed: Number.NaN }, { pitch: Number.NaN }, { volume: Number.POSITIVE_INFINITY }]) {
          codes.push((await window.speak('早上好', options)).code);
        }
        return codes;
      });
      assert.deepEqual(codes, ['E_OPTION_SPEED', 'E_OPTION_PITCH', 'E_OPTION_VOLUME']);
      await stillSpeaks();
    });

    test('100,000 characters start when few of them have been read, and memory stays flat', async () => {
      const { read, before, after } = await page.run(async () => {
        const text = '春风又绿江南岸，明月何时照我还。'.repeat(6250);
        const before = (await window.speak('好。')).stats.memory;
        let read = 0;
        const off = window.langdu.on('sentence', ({ charIndex, charLength }) => {
          read = charIndex + charLength;
        });
        const started = new Promise((resolve) => {
          const stop = window.langdu.on('start', () => {
            stop();
            resolve(read);
          });
        });
        const spoken = window.speak(text);
        const first = await started;
        await window.sleep(3000);
        window.langdu.cancel();
        await spoken;
        off();
        return { read: first, before, after: (await window.speak('好。')).stats.memory };
      });
      assert.ok(read > 0 && read < 2000, `read to ${read} when it started`);
      assert.ok(after - before < 16 * 2 ** 20, `${(after - before) / 2 ** 20} MB more`);
    });

    test('a worker that dies is replaced, once', async () => {
      const codes = await page.run(async () => {
        // No text: the engine throws an error that has no code.
        const kill = () =>
          window.probe.workers.at(-1).postMessage({ type: 'start', job: 0, text: null, options: {}, sink: 'page' });
        const codes = [];
        await window.langdu.dispose();
        await window.load();
        const replaced = async () => {
          const { length } = window.probe.workers;
          kill();
          while (window.probe.workers.length === length) await window.sleep(10);
        };
        await replaced();
        codes.push((await window.speak('我回来了。')).code);
        await replaced();
        kill();
        codes.push((await window.speak('这次没有了。')).code);
        await window.langdu.dispose();
        await window.load();
        return codes;
      });
      assert.deepEqual(codes, [0, 'E_WORKER']);
      await stillSpeaks();
    });
  });
}

/** The cache with the real IndexedDB of real browsers. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { browsers, until } from './browsers.mjs';
import { PATIENT, site } from './site.mjs';

const KNOWN = '今天天气不错。';
const TEMPLATES = ['现在是北京时间{时间}整。', '您好，请问有什么可以帮您？'];
const UNSEEN = '春眠不觉晓。';
const DATABASE = 'langdu-2';
/** Ahead of the worker's script: its first write takes a second. */
const SLOW = `
  IDBTransaction.prototype.commit = () => {};
  const { put } = IDBObjectStore.prototype;
  let until = 0;
  IDBObjectStore.prototype.put = function (...given) {
    const goOn = () => {
      if (performance.now() < until) this.count().onsuccess = goOn;
    };
    if (until === 0) {
      until = performance.now() + 1000;
      goOn();
    }
    return put.apply(this, given);
  };
`;

for (const browser of browsers) {
  describe(`the cache in ${browser.name}`, () => {
    let server;
    let page;
    let inWorker = PATIENT;

    before(async () => {
      server = await site({
        alter: (path, body) => (path.endsWith('/worker.js') ? Buffer.concat([Buffer.from(inWorker), body]) : body),
      });
      page = await browser.page();
    });

    after(async () => {
      await page?.close();
      await server?.close();
    });

    /** A fresh page with a voice in it; `script` runs ahead of the worker's own. */
    async function visit(script = PATIENT) {
      inWorker = script;
      await page.open('about:blank');
      await page.open(`${server.url}harness.html`);
      await until(page, 'window.ready === true');
      const loaded = await page.run(async () => {
        const loaded = await window.load();
        window.events = [];
        window.langdu?.on('sentence', (event) => window.events.push(event));
        window.langdu?.on('uncached', ({ error }) => window.events.push({ uncached: error.code }));
        return loaded;
      });
      assert.equal(loaded.code, 0, loaded.message);
    }

    /** Speaks, and tells where each sentence came from. */
    async function speak(text, options) {
      return page.run(
        async ({ text, options }) => {
          window.events.length = 0;
          const spoken = await window.speak(text, options);
          return { ...spoken, sentences: window.events };
        },
        { text, options },
      );
    }

    /** Makes all the sound without playing it, and tells where each sentence came from. */
    async function make(text, options) {
      return page.run(
        async ({ text, options }) => {
          window.events.length = 0;
          const made = await window.collect(text, options);
          return { ...made, sentences: window.events };
        },
        { text, options },
      );
    }

    const sources = ({ sentences }) => sentences.map(({ source }) => source);
    const stats = () => page.run(() => window.langdu.cache.stats());
    /** Waits until what a page knows of its cache is as wanted. */
    const reaches = async (read, holds) => {
      const deadline = Date.now() + 60_000;
      for (let now = await read(); !holds(now); now = await read()) {
        assert.ok(Date.now() < deadline, JSON.stringify(now));
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const entries = () =>
      page.run(async (name) => {
        const request = indexedDB.open(name);
        const database = await new Promise((resolve) => {
          request.onsuccess = () => resolve(request.result);
        });
        const counted = database.transaction('records').objectStore('records').count();
        const count = await new Promise((resolve) => {
          counted.onsuccess = () => resolve(counted.result);
        });
        database.close();
        return count;
      }, DATABASE);
    const stored = (count) => reaches(entries, (found) => found >= count);

    test('plays again what has been spoken, with the same marks', async () => {
      await visit();
      const first = await page.run((text) => window.collect(text), KNOWN);
      const again = await page.run((text) => window.collect(text), KNOWN);
      assert.deepEqual(await page.run(() => window.events.map(({ source }) => source)), ['new', 'L2']);
      assert.equal(again.samples, first.samples);
      assert.deepEqual(again.marks, first.marks);
      await stored(1);
    });

    test('knows it after a reload, also in the middle of a text, and by its sound', async () => {
      await visit();
      const spoken = await speak(`我们去公园吧！${KNOWN}走吧！`);
      assert.deepEqual(sources(spoken), ['new', 'L2', 'new']);
      assert.deepEqual([spoken.sentences[1].charIndex, spoken.sentences[1].charLength], [7, 7]);
      assert.deepEqual(sources(await make(KNOWN)), ['L2']);
      assert.deepEqual(sources(await make(KNOWN, { speed: 1.5 })), ['new']);
      assert.deepEqual(sources(await make(KNOWN, { volume: 0.5 })), ['L2']);
      const { stored, l2, failure } = await stats();
      assert.deepEqual([stored, l2.hits, l2.misses], [true, 3, 3]);
      assert.ok(!failure);
    });

    test('plays a known sentence without making any of it', async () => {
      for (const [text, source] of [
        [KNOWN, 'L2'],
        [UNSEEN, 'new'],
        [UNSEEN, 'L2'],
      ]) {
        const spoken = await speak(text);
        assert.deepEqual([spoken.code, ...sources(spoken)], [0, source]);
        assert.equal(spoken.stats.sambertMs > 0, source === 'new', `${text}: ${JSON.stringify(spoken.stats)}`);
      }
    });

    test('can be carried to another browser, and cleared', async () => {
      const carried = await page.run(async () => {
        const file = await window.langdu.cache.export();
        const before = await window.langdu.cache.stats();
        await window.langdu.cache.clear();
        const { entries, bytes } = await window.langdu.cache.stats();
        const imported = await window.langdu.cache.import(file);
        return { entries, bytes, lost: before.entries - imported, sentences: before.l2.entries };
      });
      assert.deepEqual({ entries: carried.entries, bytes: carried.bytes }, { entries: 0, bytes: 0 });
      assert.deepEqual([carried.lost, carried.sentences], [0, 5]);
      await visit();
      assert.deepEqual(sources(await make(KNOWN)), ['L2']);
      await page.run(() => window.langdu.cache.clear());
      assert.equal(await entries(), 0);
      assert.deepEqual(sources(await make(KNOWN)), ['new']);
      const code = await page.run(() => window.langdu.cache.import(new Blob(['?'])).catch(({ code }) => code));
      assert.equal(code, 'E_CACHE_FORMAT');
      await stored(1);
    });

    test('drops a torn record and counts it', async () => {
      await page.run(async (name) => {
        const request = indexedDB.open(name);
        const database = await new Promise((resolve) => {
          request.onsuccess = () => resolve(request.result);
        });
        const records = database.transaction('records', 'readwrite').objectStore('records');
        records.openCursor().onsuccess = ({ target: { result: cursor } }) => {
          if (!cursor) return;
          cursor.update(cursor.value.slice(0, 100));
          cursor.continue();
        };
        await new Promise((resolve) => {
          records.transaction.oncomplete = resolve;
        });
        database.close();
      }, DATABASE);
      await visit();
      assert.deepEqual(sources(await make(KNOWN)), ['new']);
      assert.equal((await stats()).l2.dropped, 1);
      assert.deepEqual(sources(await make(KNOWN)), ['L2']);
    });

    test('takes known words, also after a reload, and makes only the rest', async () => {
      await page.run(async () => {
        await window.langdu.cache.clear();
        await window.collect('早上好，再见。');
        await window.collect('明天天气不坏。');
      });
      await stored(5);
      await visit();
      const text = '早上好，今天天气不错';
      const spoken = await speak(text);
      assert.deepEqual(sources(spoken), ['L1']);
      const known = spoken.sentences[0].known.map(({ charIndex, charLength }) => text.substr(charIndex, charLength));
      assert.deepEqual(known, ['早上好', '天气']);
      assert.deepEqual(sources(await make(text)), ['L2']);
    });

    test('writes what has come while it was writing, also when nothing follows', async () => {
      await page.run(() => window.langdu.cache.clear());
      await visit(PATIENT + SLOW);
      await page.run(async () => {
        await window.collect('早上好，再见。');
        await window.collect('明天天气不坏。');
      });
      await stored(5);
    });

    test('serves two tabs at once', async () => {
      await visit();
      await page.run((url) => {
        const frame = document.createElement('iframe');
        frame.src = url;
        document.body.append(frame);
        return new Promise((resolve) => {
          frame.onload = resolve;
        });
      }, `${server.url}harness.html`);
      await until(page, 'window.frames[0].ready === true');
      const code = await page.run(async () => {
        const other = window.frames[0];
        const { code } = await other.load();
        window.sources = [];
        other.langdu.on('sentence', ({ source }) => window.sources.push(source));
        return code;
      });
      const other = () => page.run(() => window.frames[0].langdu.cache.stats());
      const say = (...texts) =>
        page.run(async (texts) => {
          const pages = texts.length > 1 ? [window, window.frames[0]] : [window.frames[0]];
          await Promise.all(texts.map((text, i) => pages[i].collect(text)));
          return window.sources.splice(0);
        }, texts);
      await reaches(other, ({ stored }) => stored);
      const { entries } = (await other()).l2;
      const seen = await say('一心一意。', '三心二意。');
      // What this tab has made reaches the other one once it is written.
      await reaches(other, ({ l2 }) => l2.entries === entries + 2);
      seen.push(...(await say('一心一意。')));
      await page.run(() => window.langdu.cache.clear());
      await reaches(other, ({ l2 }) => l2.entries === 0);
      const cleared = await say('三心二意。');
      assert.deepEqual({ code, seen, cleared }, { code: 0, seen: ['new', 'L2'], cleared: ['new'] });
      assert.ok(!(await stats()).failure);
    });

    test('makes the fixed parts of templates ahead, and knows them after a reload', async () => {
      await visit();
      await page.run((texts) => window.langdu.templates.register(texts, { emotions: ['neutral', 'happy'] }), TEMPLATES);
      assert.equal((await stats()).l3.entries, 4);
      assert.deepEqual(sources(await make('现在是北京时间八点整。')), ['L3', 'new']);
      assert.deepEqual(sources(await make('您好，请问有什么可以帮您？', { emotion: 'happy' })), ['L3']);
      await stored(4);
      await visit();
      await page.run((texts) => window.langdu.templates.register(texts), TEMPLATES);
      await reaches(stats, ({ l3 }) => l3.entries >= 4);
      assert.equal((await stats()).l3.entries, 4);
      const spoken = await speak('现在是北京时间九点整。');
      assert.deepEqual(sources(spoken), ['L3', 'new']);
      assert.deepEqual(
        spoken.sentences.map(({ charIndex, charLength }) => [charIndex, charLength]),
        [
          [0, 7],
          [7, 4],
        ],
      );
      for (const [texts, options, code] of [
        [['好{'], {}, 'E_TEXT_TEMPLATE'],
        [['欢迎光临，{名}'], { emotions: ['furious'] }, 'E_OPTION_EMOTION'],
      ]) {
        const refused = await page.run(
          ([texts, options]) => window.langdu.templates.register(texts, options).catch(({ code }) => code),
          [texts, options],
        );
        assert.equal(refused, code);
      }
    });

    test('shapes emotions by templates', async () => {
      const lengths = await page.run(async () => {
        const { EMOTION_PRESET } = await import('/langdu.js');
        const lengths = [];
        const say = async () =>
          lengths.push((await window.collect('今天天气不错，我们去公园。', { emotion: 'sad' })).samples);
        await say();
        await window.langdu.templates.setEmotions(EMOTION_PRESET);
        await say();
        await window.langdu.templates.setEmotions({});
        await say();
        const wrong = { sad: { pitch_scale: 9 } };
        lengths.push(await window.langdu.templates.setEmotions(wrong).catch(({ code }) => code));
        return lengths;
      });
      assert.ok(lengths[1] > lengths[0] * 1.05, `${lengths}`);
      assert.deepEqual(lengths.slice(2), [lengths[0], 'E_OPTION_TEMPLATE']);
      assert.deepEqual(await page.run(() => window.events.map(({ source }) => source).slice(-3)), ['new', 'new', 'L2']);
    });

    test('leaves an older layout behind, also while another tab has it open', async () => {
      await visit();
      const left = await page.run(async () => {
        const frame = document.createElement('iframe');
        frame.src = '/harness.html';
        document.body.append(frame);
        await new Promise((resolve) => {
          frame.onload = resolve;
        });
        const opened = frame.contentWindow.indexedDB.open('langdu-1', 1);
        await new Promise((resolve) => {
          opened.onsuccess = resolve;
        });
        const { code } = await window.load();
        await window.collect('旧的不去，新的不来。');
        const { stored } = await window.langdu.cache.stats();
        frame.remove();
        for (let tries = 0; tries < 100; tries += 1) {
          const names = (await indexedDB.databases()).map(({ name }) => name);
          if (!names.includes('langdu-1')) return { code, stored, names };
          await window.sleep(50);
        }
        return 'the old database stays';
      });
      assert.deepEqual(left, { code: 0, stored: true, names: left.names });
      assert.ok(left.names.includes(DATABASE));
    });

    for (const [trouble, script, code] of [
      ['without IndexedDB', "Object.defineProperty(self, 'indexedDB', { value: undefined });", 'E_CACHE_UNAVAILABLE'],
      [
        'when the space is used up',
        "IDBObjectStore.prototype.put = () => { throw new DOMException('', 'QuotaExceededError'); };",
        'E_CACHE_FULL',
      ],
      ['when the database does not open', 'IDBFactory.prototype.open = () => new EventTarget();', 'E_CACHE_BLOCKED'],
      [
        'when the database breaks',
        "IDBDatabase.prototype.transaction = () => { throw new DOMException('', 'InvalidStateError'); };",
        'E_CACHE_FAILED',
      ],
    ]) {
      test(`goes on from memory ${trouble}, and says so once`, async () => {
        await visit(`${script}\n`);
        const text = '有没有都一样。';
        assert.deepEqual(await page.run((text) => window.collect(text).then(({ code }) => code), text), 0);
        await until(page, 'window.events.some(({ uncached }) => uncached)');
        assert.deepEqual(await page.peek('window.events.map(({ uncached }) => uncached).filter(Boolean)'), [code]);
        assert.deepEqual(sources(await make(text)), ['L2']);
        const { stored, failure } = await stats();
        assert.deepEqual([stored, failure.code], [false, code]);
      });
    }
  });
}

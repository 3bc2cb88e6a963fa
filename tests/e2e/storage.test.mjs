/** What browsers do to stored data: limits that shrink, parts thrown away, transactions that never end, many tabs. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { browsers, until } from './browsers.mjs';
import { PATIENT, site } from './site.mjs';

const DATABASE = 'langdu-2';

/** Ahead of the worker: a transaction that writes is kept from its end, and the page is told. */
const HELD = `
  const put = IDBObjectStore.prototype.put;
  IDBTransaction.prototype.commit = () => undefined;
  IDBObjectStore.prototype.put = function (...given) {
    const request = put.apply(this, given);
    const again = () => { this.get('held').onsuccess = again; };
    again();
    new BroadcastChannel('held').postMessage(this.name);
    return request;
  };
`;

/** In a page: a transaction over everything that goes on until it is let go. */
const holdUp = async (name) => {
  const open = indexedDB.open(name);
  const database = await new Promise((resolve) => {
    open.onsuccess = () => resolve(open.result);
  });
  const store = database.transaction(['records', 'entries'], 'readwrite').objectStore('records');
  let held = true;
  const again = () => {
    if (held) store.get('held').onsuccess = again;
    else database.close();
  };
  again();
  window.letGo = () => {
    held = false;
  };
};

/** In a page: the keys of both stores; with `drop`, those of one of them are thrown away first. */
const stored = async ({ name, drop }) => {
  const open = indexedDB.open(name);
  const database = await new Promise((resolve) => {
    open.onsuccess = () => resolve(open.result);
  });
  const transaction = database.transaction(['records', 'entries'], 'readwrite');
  if (drop) transaction.objectStore(drop).clear();
  const keys = {
    records: transaction.objectStore('records').getAllKeys(),
    entries: transaction.objectStore('entries').getAllKeys(),
  };
  await new Promise((resolve) => {
    transaction.oncomplete = resolve;
  });
  database.close();
  return { records: keys.records.result, entries: keys.entries.result };
};

for (const browser of browsers) {
  describe(`stored data in ${browser.name}`, () => {
    let page;

    before(async () => {
      page = await browser.page();
    });

    after(async () => {
      await page?.close();
    });

    /** Opens the client on a site of its own; `body` is given a way to visit it again, and its address. */
    const on = async (body, script = PATIENT) => {
      let inWorker = script;
      const server = await site({
        alter: (path, body) => (path.endsWith('/worker.js') ? Buffer.concat([Buffer.from(inWorker), body]) : body),
      });
      const visit = async () => {
        await page.open('about:blank');
        await page.open(`${server.url}harness.html`);
        await until(page, 'window.ready === true');
        const { code, message } = await page.run(async () => {
          const loaded = await window.load({ workers: 1 });
          window.uncached = [];
          window.langdu?.on('uncached', ({ error }) => window.uncached.push(error.code));
          return loaded;
        });
        assert.equal(code, 0, message);
      };
      try {
        await visit();
        const unharmed = () => {
          inWorker = '';
        };
        await body({ visit, url: server.url, unharmed });
      } finally {
        await page.open('about:blank');
        await server.close();
      }
    };

    /** Makes the sound of some texts; where each came from. */
    const make = (...texts) =>
      page.run(async (texts) => {
        const sources = [];
        const off = window.langdu.on('sentence', ({ source }) => sources.push(source));
        for (const text of texts) {
          const { code, samples } = await window.collect(text);
          if (code !== 0 || !samples) sources.push(code);
        }
        off();
        return sources;
      }, texts);
    const written = async (count) => {
      const deadline = Date.now() + 20_000;
      while ((await page.run(stored, { name: DATABASE })).records.length < count) {
        assert.ok(Date.now() < deadline, 'nothing is written');
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    const uncached = () => page.peek('window.uncached.join()');

    test('a worker that is killed before its transaction has ended leaves nothing of it', () =>
      on(async ({ visit, unharmed }) => {
        await page.run(async () => {
          const channel = new BroadcastChannel('held');
          const held = new Promise((resolve) => {
            channel.onmessage = resolve;
          });
          await window.collect('写到一半的时候，标签页被关掉了。');
          await held;
          channel.close();
          await window.langdu.dispose();
        });
        unharmed();
        await visit();
        assert.deepEqual(await make('写到一半的时候，标签页被关掉了。'), ['new']);
        // A browser that does not clear up after the dead is given up, in words.
        if ((await uncached()) === '') {
          await written(1);
          const { records, entries } = await page.run(stored, { name: DATABASE });
          assert.deepEqual(entries, records);
        } else assert.equal(await uncached(), 'E_CACHE_BLOCKED');
      }, HELD));

    test('a page that is left while it writes lets the next one at the database', () =>
      on(async ({ visit, unharmed }) => {
        const text = '写到一半的时候，人走了。';
        await page.run(async (text) => {
          const channel = new BroadcastChannel('held');
          const held = new Promise((resolve) => {
            channel.onmessage = resolve;
          });
          await window.collect(text);
          await held;
          channel.close();
        }, text);
        unharmed();
        await visit();
        assert.deepEqual(await make(text), ['new']);
        await written(1);
        assert.equal(await uncached(), '');
      }, HELD));

    test(
      'a page that is come back to speaks as before',
      { skip: browser.name === 'Chromium' && 'it keeps none while it is driven' },
      () =>
        on(async ({ visit }) => {
          await make('早上好。');
          await written(1);
          /** Leaves in the middle of a speech and comes back; whether the page is the one that was left. */
          const comesBack = async () => {
            await page.run(() => window.langdu.templates.register(['您好，{名}！']));
            await page.run(() => {
              window.speak('话还没有说完，人已经走了。'.repeat(9)).then(({ code }) => {
                window.left = code;
              });
              return new Promise((resolve) => {
                window.langdu.on('start', () => resolve());
              });
            });
            await page.open('about:blank');
            await page.run(() => void setTimeout(() => history.back(), 0));
            await until(page, 'window.ready === true');
            return page.peek('window.langdu !== undefined');
          };
          // Now and then a browser does not keep a page that is just writing to its database.
          for (let tries = 1; !(await comesBack()); tries += 1) {
            assert.ok(tries < 5, 'the page is never kept');
            await visit();
          }
          const { code } = await page.run(() => window.speak('早上好。'));
          assert.deepEqual([await page.peek('window.left'), code], ['E_CANCELLED', 0]);
          assert.deepEqual(await make('早上好。'), ['L2']);
        }, ''),
    );

    if (browser.name !== 'Chromium') return;

    test('a database that answers no more holds nothing up', () =>
      on(async () => {
        await make('第一句已经写好了。');
        await written(1);
        await page.run(holdUp, DATABASE);
        // The transaction is held to the end: whatever waited for it would wait until the test is given up.
        assert.deepEqual(await make('第二句写不进去。', '第一句已经写好了。'), ['new', 'L2']);
        await page.run(() => Promise.all([window.langdu.cache.clear(), window.langdu.cache.export()]).then(() => true));
        await until(page, "window.uncached.join() === 'E_CACHE_BLOCKED'", 20_000);
        assert.deepEqual(await make('第三句留在内存里。', '第三句留在内存里。'), ['new', 'L2']);
        await page.run(() => window.letGo());
      }, ''));

    /** How much an origin may store from now on; without a limit, as much as ever. */
    const limit = async (origin, quotaSize) => {
      const session = await page.devTools();
      await session.send('Storage.overrideQuotaForOrigin', { origin, ...(quotaSize !== undefined && { quotaSize }) });
    };

    test('a disk that is full, and has room again', () =>
      on(async ({ visit, url }) => {
        const origin = new URL(url).origin;
        await limit(origin, 1000);
        assert.deepEqual(await make('没有地方可写了。'), ['new']);
        await until(page, "window.uncached.join() === 'E_CACHE_FULL'", 20_000);
        assert.deepEqual(await make('没有地方可写了。', '还是没有地方。'), ['L2', 'new']);
        assert.equal((await page.run(() => window.langdu.cache.stats())).failure.code, 'E_CACHE_FULL');
        await limit(origin);
        await visit();
        assert.deepEqual(await make('没有地方可写了。'), ['new']);
        await written(1);
        assert.equal(await uncached(), '');
      }));

    test('a limit that shrinks while records are written', () =>
      on(async ({ visit, url }) => {
        const origin = new URL(url).origin;
        await limit(origin, 1_000_000);
        await make('先写下一句。');
        await written(1);
        const making = make(...[...'甲乙丙丁戊己庚辛'].map((name) => `${name}同学到了没有？`));
        await written(3);
        await limit(origin, 2000);
        for (const source of await making) assert.match(String(source), /^(new|L1)$/);
        // The browser asks again when the room that it knew of is used up.
        for (let i = 0; (await uncached()) === ''; i += 1) {
          assert.ok(i < 60, 'the limit is never met');
          assert.equal((await make(`后来地方小了，这是第${i}次。`, '先写下一句。'))[1], 'L2');
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        assert.equal(await uncached(), 'E_CACHE_FULL');
        const { records, entries } = await page.run(stored, { name: DATABASE });
        assert.deepEqual(entries, records);
        await visit();
        assert.deepEqual(await make('先写下一句。'), ['L2']);
        await limit(origin);
        await visit();
        assert.deepEqual(await make('先写下一句。', '有空位啦！'), ['L2', 'new']);
        await written(records.length + 1);
      }));

    for (const [drop, left] of [
      ['records', 'entries'],
      ['entries', 'records'],
    ]) {
      test(`${drop} are thrown away, ${left} stay`, () =>
        on(async ({ visit }) => {
          await make('丢了一半，也不要紧。');
          await written(1);
          await page.run(stored, { name: DATABASE, drop });
          await visit();
          assert.deepEqual(await make('丢了一半，也不要紧。'), ['new']);
          const deadline = Date.now() + 20_000;
          for (;;) {
            const { records, entries } = await page.run(stored, { name: DATABASE });
            if (records.length > 0 && records.join() === entries.join()) break;
            assert.ok(Date.now() < deadline, `${records.length} records, ${entries.length} entries`);
            await new Promise((resolve) => setTimeout(resolve, 100));
          }
          await visit();
          assert.deepEqual(await make('丢了一半，也不要紧。'), ['L2']);
          assert.equal(await uncached(), '');
        }));
    }

    test('ten tabs know of each other’s sentences, and no one is held up', () =>
      on(async ({ url }) => {
        const digits = [...'一二三四五六七八九'];
        const others = await Promise.all(digits.map(() => page.sibling(`${url}harness.html`)));
        for (const [i, other] of others.entries()) {
          const codes = await other.run(async (text) => {
            while (!window.ready) await new Promise((resolve) => setTimeout(resolve, 20));
            const { code } = await window.load({ workers: 1 });
            return [code, (await window.collect(text)).code];
          }, `${digits[i]}号标签页。`);
          assert.deepEqual(codes, [0, 0]);
        }
        const known = () => page.run(async () => (await window.langdu.cache.stats()).l2.entries);
        const deadline = Date.now() + 20_000;
        while ((await known()) < digits.length) {
          assert.ok(Date.now() < deadline, `${await known()} sentences are known`);
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        const sources = await make(...digits.map((digit) => `${digit}号标签页。`));
        assert.deepEqual(sources, Array(9).fill('L2'));
        // What one takes in from a file, the others know.
        await page.run(async () => {
          const file = await window.langdu.cache.export();
          await window.langdu.cache.clear();
          await window.langdu.cache.import(file);
        });
        const [other] = others;
        await other.run(async () => {
          while ((await window.langdu.cache.stats()).l2.entries < 9) await window.sleep(50);
        });
        for (const other of others) await other.close();
        assert.equal(await uncached(), '');
      }));
  });
}

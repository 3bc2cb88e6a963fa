/** What breaks while it works: a job that kills the engine, a hiccup of the network, files of another build, a full disk. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { browsers, until } from './browsers.mjs';
import { site } from './site.mjs';

/** Ahead of the worker's own script: a text with 炸 in it kills the engine. */
const BOMB = `
  const instantiate = WebAssembly.instantiate;
  WebAssembly.instantiate = async (module, imports) => {
    const instance = await instantiate(module, imports);
    const { memory, engine_start } = instance.exports;
    const start = (...given) => {
      const [, , at, length] = given;
      const text = new TextDecoder().decode(new Uint8Array(memory.buffer, at, length));
      if (text.includes('炸')) throw new WebAssembly.RuntimeError('unreachable');
      return engine_start(...given);
    };
    return { instance: { exports: { ...instance.exports, engine_start: start } }, module };
  };
`;

for (const browser of browsers.filter(({ name }) => name === 'Chromium')) {
  describe('what breaks on the way', () => {
    const on = async (faults, body) => {
      const server = await site(faults);
      const page = await browser.page();
      try {
        await page.open(`${server.url}harness.html`);
        await until(page, 'window.ready === true');
        await body(page, server);
      } finally {
        await page.close();
        await server.close();
      }
    };

    test('a job that kills the engine is dropped alone', () => {
      const alter = (path, body) =>
        path.endsWith('/worker.js') && body ? Buffer.concat([Buffer.from(BOMB), body]) : body;
      return on({ alter }, async (page) => {
        const codes = await page.run(async () => {
          await window.load();
          const code = ({ code }) => code;
          const jobs = ['炸。', '好。'].map((text) => window.langdu.speak(text).then(() => 0, code));
          return [...(await Promise.all(jobs)), (await window.speak('早。')).code];
        });
        assert.deepEqual(codes, ['E_WORKER', 0, 0]);
      });
    });

    test('a vocoder that dies in the middle of speech is replaced, and knows the templates', () => {
      const bomb = `
        let armed = false;
        new BroadcastChannel('bomb').onmessage = () => { armed = true; };
        addEventListener('message', (event) => {
          if (!armed || event.data.type !== 'push') return;
          event.stopImmediatePropagation();
          throw new WebAssembly.RuntimeError('unreachable');
        });
      `;
      const alter = (path, body) =>
        path.endsWith('/vocoder.js') && body ? Buffer.concat([Buffer.from(bomb), body]) : body;
      return on({ alter }, async (page) => {
        const { codes, sources } = await page.run(async () => {
          await window.load({ workers: 2 });
          await window.langdu.templates.register(['现在是北京时间{时间}整。']);
          const spoken = window.speak('说到一半的时候声音没有了，后面的话谁来说呢？'.repeat(9));
          await new Promise((resolve) => window.langdu.on('start', resolve));
          new BroadcastChannel('bomb').postMessage('now');
          const codes = [(await spoken).code];
          const sources = [];
          window.langdu.on('sentence', ({ source }) => sources.push(source));
          codes.push((await window.speak('好。')).code);
          // The new engine is told of them, and looks for what has been made of them when it has nothing else to do.
          for (const hour of '一二三四五六七八九十') {
            await window.collect(`现在是北京时间${hour}点整。`);
            if (sources.includes('L3')) break;
            await window.sleep(200);
          }
          return { codes, sources };
        });
        assert.deepEqual(codes, ['E_WORKER', 0]);
        assert.ok(sources.includes('L3'), `${sources}`);
      });
    });

    test('a player that did not come is fetched again for the next speech', () => {
      let broken = true;
      const alter = (path, body) => (broken && path.endsWith('player.worklet.js') ? null : body);
      return on({ alter }, async (page) => {
        assert.equal((await page.run(() => window.load())).code, 0);
        assert.equal((await page.run(() => window.speak('好。'))).code, 'E_FILE_MISSING');
        broken = false;
        assert.equal((await page.run(() => window.speak('好。'))).code, 0);
      });
    });

    test('files of another build are fetched once more, and then named', () => {
      let served = 0;
      const stale = (times) => (path, body) => {
        if (!path.endsWith('/worker.js') || !body) return body;
        served += 1;
        return served <= times ? Buffer.from(body.toString().replace(/"[0-9a-f]{12}"/, '"000000000000"')) : body;
      };
      return on({ alter: stale(1) }, async (page) => {
        assert.equal((await page.run(() => window.load())).code, 0);
        assert.ok(served >= 2);
      }).then(() => {
        served = 0;
        return on({ alter: stale(1000) }, async (page) => {
          const { code, message } = await page.run(() => window.load());
          assert.equal(code, 'E_VERSION', message);
          assert.ok(served < 8, `${served} requests`);
        });
      });
    });

    test('a network that is gone is named as such', () =>
      on({}, async (page, server) => {
        await server.close();
        const { code, message } = await page.run(() => window.load());
        assert.equal(code, 'E_NETWORK', message);
      }));

    test('an HTML page in place of the engine, and a wrong type, are named with their address', () =>
      on(
        {
          alter: (path, body) => (path.startsWith('/spa/') ? Buffer.from('<!doctype html><title>app</title>') : body),
        },
        async (page, server) => {
          const { code, message } = await page.run(() => window.load({ baseUrl: '/spa/' }));
          assert.equal(code, 'E_FILE_MISSING');
          assert.ok(message.includes(`${server.url}spa/`), message);
          const elsewhere = await page.run(() => window.load({ baseUrl: 'http://' }));
          assert.equal(elsewhere.code, 'E_OPTION_FORMAT');
          const refused = await page.run(() => window.load({ baseUrl: 'https://other.example/' }));
          assert.equal(refused.code, 'E_FILE_BLOCKED');
          assert.match(refused.message, /other\.example/);
          const absent = await page.run(() => window.load({ voice: 'nobody' }));
          assert.equal(absent.code, 'E_VOICE_UNKNOWN');
        },
      ));

    test('a voice that was brought along is kept once and whole', () =>
      on({}, async (page) => {
        const found = await page.run(async () => {
          const manifest = await (await fetch('/voices/xiaolang/voice.json')).json();
          manifest.name = 'mine';
          const names = [...new Set(Object.values(manifest.files).map(({ path }) => path))];
          const graphs = await Promise.all(
            names.map(async (name) => new File([await (await fetch(`/voices/xiaolang/${name}`)).blob()], name)),
          );
          const pack = [new File([JSON.stringify(manifest)], 'voice.json'), ...graphs];
          const folders = async () => {
            const shelf = await (await navigator.storage.getDirectory()).getDirectoryHandle('voices');
            const names = [];
            for await (const name of shelf.keys()) names.push(name);
            return names.length;
          };
          const first = await window.load({ pack });
          const before = await folders();
          const again = await window.load({ voice: 'mine' });
          return { first: first.code, before, again: again.code, after: await folders() };
        });
        assert.deepEqual(found, { first: 0, before: 1, again: 0, after: 1 });
      }));

    test('a template that is registered again costs nothing, and can be removed', () =>
      on({}, async (page) => {
        const codes = await page.run(async () => {
          await window.load();
          const { templates } = window.langdu;
          const texts = ['现在是北京时间{时间}整。'];
          await templates.register(texts);
          const made = async () => (await window.langdu.cache.stats()).l3.misses;
          const before = await made();
          for (let i = 0; i < 20; i += 1) await templates.register(texts);
          const again = (await made()) - before;
          const wrong = await templates.register(['{'], {}).catch(({ code }) => code);
          const format = await templates.register('x').catch(({ code }) => code);
          await templates.remove(texts);
          return { again, wrong, format, speaks: (await window.speak('现在是北京时间八点整。')).code };
        });
        assert.deepEqual(codes, { again: 0, wrong: 'E_TEXT_TEMPLATE', format: 'E_OPTION_FORMAT', speaks: 0 });
      }));
  });
}

/** `langdu/react` and `langdu/vue`: one Langdu for the page, whatever the framework does with its components. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { browsers, until } from './browsers.mjs';
import { site } from './site.mjs';

const LONG = '从前有座山，山里有座庙，庙里有个老和尚在给小和尚讲故事。'.repeat(4);

/** Both frameworks mount a component that puts what its hook gives on the page: `window.mount()` and `window.unmount()`. */
const MOUNTS = {
  react: `
    import { createElement, StrictMode } from 'react';
    import { createRoot } from 'react-dom/client';
    import { useLangdu } from '../../www/adapters/react.js';
    function Reader() {
      window.hook = useLangdu();
      return createElement('p', { id: 'state' }, window.hook.ready ? 'ready' : '', window.hook.speaking ? ' speaking' : '');
    }
    window.mount = () => {
      window.root = createRoot(document.body.appendChild(document.createElement('div')));
      // StrictMode mounts, takes away and mounts again, at once.
      window.root.render(createElement(StrictMode, null, createElement(Reader), createElement(Reader)));
    };
    window.unmount = () => window.root.unmount();`,
  vue: `
    import { createApp, defineComponent, h } from 'vue';
    import { useLangdu } from '../../www/adapters/vue.js';
    const Reader = defineComponent({
      setup() {
        const hook = useLangdu();
        window.hook = hook;
        return () => h('p', { id: 'state' }, [hook.langdu.value ? 'ready' : '', hook.speaking.value ? ' speaking' : '']);
      },
    });
    window.mount = () => {
      window.app = createApp(() => [h(Reader), h(Reader)]);
      window.app.mount(document.body.appendChild(document.createElement('div')));
    };
    window.unmount = () => window.app.unmount();`,
};

/** A script of the page, on the built client. */
async function script(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    format: 'esm',
    write: false,
    define: { 'process.env.NODE_ENV': '"development"', __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false' },
    plugins: [
      {
        name: 'langdu',
        setup: ({ onResolve }) => onResolve({ filter: /^langdu$/ }, () => ({ path: '/langdu.js', external: true })),
      },
    ],
  });
  return Buffer.from(outputFiles[0].contents);
}

/** Counts the audio devices that are open. */
const COUNT = `
  window.contexts = new Set();
  window.AudioContext = class extends AudioContext {
    constructor(...given) {
      super(...given);
      window.contexts.add(this);
    }
    close() {
      window.contexts.delete(this);
      return super.close();
    }
  };`;

for (const browser of browsers.filter(({ name }) => name === 'Chromium')) {
  for (const [framework, contents] of Object.entries(MOUNTS)) {
    describe(`langdu/${framework} in ${browser.name}`, () => {
      let server;
      let page;

      before(async () => {
        const mounts = await script(contents);
        server = await site({ before: COUNT, alter: (path, body) => (path === '/mounts.js' ? mounts : body) });
        page = await browser.page();
        await page.open(`${server.url}harness.html`);
        await until(page, 'window.ready === true');
        await page.run(() => import('/mounts.js'));
      });

      after(async () => {
        await page?.close();
        await server?.close();
      });

      test('two components that are mounted twice have one worker and one audio device, and speak', async () => {
        await page.run(() => window.mount());
        await until(page, "document.getElementById('state')?.textContent.includes('ready')");
        const found = await page.run(async () => {
          const spoken = window.hook.speak('好。');
          while (!document.getElementById('state').textContent.includes('speaking')) await window.sleep(5);
          const { duration } = await spoken;
          await window.sleep(50);
          return { duration, workers: window.probe.workers.length, contexts: window.contexts.size };
        });
        assert.ok(found.duration > 0.1);
        assert.deepEqual([found.workers, found.contexts], [1, 1]);
        assert.equal(await page.peek("document.getElementById('state').textContent"), 'ready');
      });

      test('a component that is taken away while it speaks falls silent, and all is given back', async () => {
        const found = await page.run(async (text) => {
          const from = performance.now();
          const code = window.hook.speak(text).then(
            () => 0,
            ({ code }) => code,
          );
          while (window.probe.heard(from).sounding < 4000) await window.sleep(10);
          window.unmount();
          await window.sleep(150);
          const gone = performance.now();
          await window.sleep(2000);
          return { code: await code, after: window.probe.heard(gone).sounding, contexts: window.contexts.size };
        }, LONG);
        assert.deepEqual(found, { code: 'E_CANCELLED', after: 0, contexts: 0 });
      });

      test('what was asked for before it had loaded is not heard when its component has gone', async () => {
        const found = await page.run(async (text) => {
          const from = performance.now();
          const before = window.probe.workers.length;
          window.mount();
          while (window.probe.workers.length === before) await window.sleep(1);
          const code = window.hook.speak(text).then(
            () => 0,
            ({ code }) => code,
          );
          window.unmount();
          const ended = await code;
          await window.sleep(1500);
          return { ended, heard: window.probe.heard(from).sounding, contexts: window.contexts.size };
        }, LONG);
        assert.deepEqual(found, { ended: 'E_CANCELLED', heard: 0, contexts: 0 });
      });
    });
  }
}

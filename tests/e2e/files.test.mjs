/** What a server, a cache or a policy can do to the files: each has its code, and a message with the address and the remedy. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { browsers, until } from './browsers.mjs';
import { site } from './site.mjs';

const PAGE = Buffer.from('<!doctype html><title>an app</title>');
const policy = (directives) => ({
  headers: (path) => (path.endsWith('.html') ? { 'content-security-policy': `default-src 'self'; ${directives}` } : {}),
});
const typed = (name, type) => ({ headers: (path) => (path.endsWith(name) ? { 'content-type': type } : {}) });
const altered = (name, change) => ({ alter: (path, body) => (path.endsWith(name) && body ? change(body) : body) });
const flip = (body) => {
  const bytes = Buffer.from(body);
  bytes[1000] ^= 1;
  return bytes;
};

/** What is done to the files, the code that says so, and what the message names. */
const FAULTS = [
  [
    'an HTML page where the engine should be',
    'E_FILE_MISSING',
    { ...altered('/engine_bg.wasm', () => PAGE), ...typed('/engine_bg.wasm', 'text/html') },
    /engine_bg\.wasm, there is an HTML page.*npx langdu init.*baseUrl/,
  ],
  [
    'an HTML page under the type of the engine',
    'E_FILE_MISSING',
    altered('/engine_bg.wasm', () => PAGE),
    /engine_bg\.wasm, there is another file.*baseUrl/,
  ],
  [
    'a worker of a wrong type',
    'E_FILE_TYPE',
    typed('/worker.js', 'text/plain'),
    /worker\.js is served as text\/plain, and must be text\/javascript/,
  ],
  ['no data of the texts', 'E_FILE_MISSING', altered('/text.bin', () => null), /text\.bin/],
  [
    'an HTML page where the data of the texts should be',
    'E_FILE_MISSING',
    { ...altered('/text.bin', () => PAGE), ...typed('/text.bin', 'text/html') },
    /text\.bin: there is an HTML page/,
  ],
  ['data of the texts of another build', 'E_VERSION', altered('/text.bin', flip), /of another build/],
  [
    'a policy without WebAssembly',
    'E_FILE_BLOCKED',
    policy("script-src 'self'"),
    /engine_bg\.wasm: script-src needs 'wasm-unsafe-eval'/,
  ],
  [
    'a policy without workers',
    'E_FILE_BLOCKED',
    policy("script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'"),
    /worker\.js: worker-src needs 'self'/,
  ],
  [
    'a policy without requests',
    'E_FILE_BLOCKED',
    policy("script-src 'self' 'wasm-unsafe-eval'; connect-src 'none'"),
    /engine_bg\.wasm: connect-src needs 'self'/,
  ],
];

// WebKit, the slowest to start, has the same code to run.
for (const browser of browsers.filter(({ name }) => name !== 'WebKit')) {
  describe(`files in ${browser.name}`, () => {
    let page;

    before(async () => {
      page = await browser.page();
    });

    after(async () => {
      await page?.close();
    });

    const at = async (faults, body) => {
      const server = await site(faults);
      try {
        await page.open(`${server.url}harness.html`);
        await until(page, 'window.ready === true');
        await body(server);
      } finally {
        await page.open('about:blank');
        await server.close();
      }
    };

    for (const [what, code, faults, message] of FAULTS) {
      test(`${what} → ${code}`, () =>
        at(faults, async (server) => {
          const answer = await page.run(() => window.load());
          assert.equal(answer.code, code, answer.message);
          assert.match(answer.message, message);
          assert.equal(
            server.requests.filter((path) => path === '/harness.html').length,
            1,
            'the page was loaded again',
          );
          const times = server.requests.filter((path) => path.endsWith('/worker.js')).length;
          assert.ok(times <= 4, `the worker was asked for ${times} times`);
        }));
    }

    test('a voice on another origin that the policy does not name → E_FILE_BLOCKED', async () => {
      const other = await site();
      try {
        await at({}, async () => {
          const { code, message } = await page.run(
            (voiceUrl) => window.load({ voiceUrl }),
            `${other.url}voices/xiaolang/`,
          );
          assert.equal(code, 'E_FILE_BLOCKED', message);
          assert.ok(message.includes(`voice.json: connect-src needs ${new URL(other.url).origin}`), message);
        });
      } finally {
        await other.close();
      }
    });

    test('a player of a wrong type → E_FILE_TYPE, and files can be made', () =>
      at(typed('/player.worklet.js', 'text/plain'), async () => {
        assert.equal((await page.run(() => window.load())).code, 0);
        const { code, message } = await page.run(() => window.speak('好。'));
        assert.equal(code, 'E_FILE_TYPE', message);
        assert.match(message, /player\.worklet\.js is served as text\/plain/);
        assert.equal(await page.run(async () => (await window.langdu.synthesize('好。')).code), 0);
      }));
  });
}

test('on a server everything can be imported, and a call says that it belongs on a page', async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../../www/client/node.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
  });
  const { Langdu } = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  );
  await assert.rejects(Langdu.load(), { code: 'E_NO_BROWSER', message: /on the page/ });
});

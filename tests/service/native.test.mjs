/** `langdu serve`: the shared list of requests, and what only a server does. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { get, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Validator } from '@seriousme/openapi-schema-validator';
import OpenAI from 'openai';
import { runCases } from './run.mjs';
import { startServer } from './server.mjs';

const CASES = JSON.parse(await readFile(new URL('./cases.json', import.meta.url), 'utf8'));
const OPENAPI = JSON.parse(await readFile(new URL('../../openapi/openapi.json', import.meta.url), 'utf8'));

/** Long enough that it can't be over by chance. */
const LONG = '他在窗前坐了很久，看着街上的人来来往往，心里想着远方的朋友。'.repeat(60);

const stream = (base, text, more = {}) =>
  fetch(new URL('tts/stream', base), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text, ...more }),
  });

describe('langdu serve', () => {
  let server;

  before(async () => {
    server = await startServer();
  });

  after(() => server?.stop());

  const metric = async (name) => {
    const text = await (await fetch(new URL('metrics', server.base))).text();
    const line = text.split('\n').find((line) => line.startsWith(name));
    return Number(line?.split(' ').at(-1));
  };

  test('answers as the description says', async () => {
    const wrong = (await runCases(CASES, server.base)).filter(({ failure }) => failure);
    assert.deepEqual(wrong, []);
  });

  test('the description is valid, and names every route and format', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(OPENAPI));
    assert.ok(valid, JSON.stringify(errors));
    for (const { request } of CASES.filter(({ expect }) => expect.status === 200 && !expect.follow)) {
      const path = `/${request.path.split('?')[0]}`;
      if (path.startsWith('/docs/')) continue;
      const method = request.method === 'HEAD' ? 'get' : request.method.toLowerCase();
      assert.ok(OPENAPI.paths[path]?.[method], `${method} ${path}`);
    }
  });

  test('the official client of a cloud service speaks', async () => {
    const client = new OpenAI({ baseURL: new URL('v1', server.base).href, apiKey: 'none', maxRetries: 0 });
    const speech = { model: 'tts-1', voice: 'alloy', input: '你好，世界。' };
    const response = await client.audio.speech.create({ ...speech, response_format: 'wav' });
    const bytes = Buffer.from(await response.arrayBuffer());
    assert.equal(bytes.toString('latin1', 0, 4), 'RIFF');
    assert.ok(bytes.length > 24_000);
    await assert.rejects(client.audio.speech.create({ ...speech, input: '……' }), { status: 400, code: 'E_TEXT_EMPTY' });
  });

  test('Firefox gets what it plays in a frame', async (context) => {
    const { data } = await (await fetch(new URL('health', server.base))).json();
    if (!data.formats.includes('mp3')) return context.skip('built without the feature `mp3`');
    const type = async (query, mode, browser) => {
      const headers = { 'sec-fetch-mode': mode, 'user-agent': `Mozilla/5.0 ${browser}` };
      const [response] = await once(get(new URL(`tts/stream?text=${query}`, server.base), { headers }), 'response');
      response.destroy();
      return response.headers['content-type'];
    };
    assert.equal(await type('好', 'navigate', 'Firefox/153.0'), 'audio/mpeg');
    assert.equal(await type('好&format=wav', 'navigate', 'Firefox/153.0'), 'audio/wav');
    assert.equal(await type('好', 'no-cors', 'Firefox/153.0'), 'audio/wav');
    assert.equal(await type('好', 'navigate', 'Chrome/156.0'), 'audio/wav');
  });

  test('sound comes while the rest is made', async () => {
    const began = performance.now();
    const reader = (await stream(server.base, LONG)).body.getReader();
    await reader.read();
    const first = performance.now() - began;
    let bytes = 0;
    for (let part = await reader.read(); !part.done; part = await reader.read()) bytes += part.value.length;
    const all = performance.now() - began;
    assert.ok(bytes > 100 * 32_000, `${bytes} bytes`);
    assert.ok(first < all / 4, `${first} of ${all} ms`);
  });

  test('what a client has dropped is not made', async () => {
    const reader = (await stream(server.base, `${LONG}丢掉。`, { speed: 0.9 })).body.getReader();
    await reader.read();
    await reader.cancel();
    const deadline = Date.now() + 5000;
    while ((await metric('langdu_jobs ')) > 0) {
      assert.ok(Date.now() < deadline, 'the job goes on');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  test('a sentence is made once', async () => {
    const hits = () => metric('langdu_cache_hits{level="L2"}');
    const before = await hits();
    const text = '这一句话只做一次。';
    const length = async () => (await (await stream(server.base, text)).arrayBuffer()).byteLength;
    assert.equal(await length(), await length());
    assert.ok((await hits()) > before);
  });

  test('answers of many at once are not mixed up', async () => {
    const texts = Array.from({ length: 40 }, (_, at) => '一二三四五六七八九十'.slice(0, (at % 10) + 1).repeat(2));
    const length = async (text) => (await (await stream(server.base, text)).arrayBuffer()).byteLength;
    const alone = new Map();
    for (const text of new Set(texts)) alone.set(text, await length(text));
    assert.deepEqual(
      await Promise.all(texts.map(length)),
      texts.map((text) => alone.get(text)),
    );
  });

  test('Opus is as long as what was said', async (context) => {
    const { data } = await (await fetch(new URL('health', server.base))).json();
    if (!data.formats.includes('opus')) return context.skip('built without the feature `opus`');
    const text = '今天天气不错，我们去公园走走。';
    const bytes = async (format) => Buffer.from(await (await stream(server.base, text, { format })).arrayBuffer());
    const pcm = await bytes('pcm');
    const args = ['-v', 'error', '-f', 'ogg', '-i', 'pipe:0', '-ar', '24000', '-f', 's16le', 'pipe:1'];
    const decoded = execFileSync('ffmpeg', args, { input: await bytes('opus') });
    assert.ok(Math.abs(decoded.length - pcm.length) <= 64, `${decoded.length} bytes of ${pcm.length}`);
    assert.ok(likeness(decoded, pcm) > 0.9, `${likeness(decoded, pcm)}`);
  });

  test('a request that is no HTTP ends alone', async () => {
    const socket = connect(new URL(server.base).port, '127.0.0.1');
    socket.end('\u0000nonsense\r\n\r\n');
    await new Promise((resolve) => socket.once('close', resolve).resume());
    assert.equal((await fetch(new URL('health', server.base))).status, 200);
  });
});

/** The correlation of two sounds of 16 bit. */
function likeness(one, other) {
  const samples = (bytes) => new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const product = (a, b) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
  const [a, b] = [samples(one), samples(other)];
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}

test('who has heard nothing goes first', async () => {
  const server = await startServer('--threads', '1');
  try {
    let pieces = 0;
    const held = await Promise.all(
      Array.from({ length: 20 }, async (_, at) => {
        const reader = (
          await stream(server.base, `${'一二三四五六七八九十'.repeat((at % 5) + 1)}。${LONG}`)
        ).body.getReader();
        await reader.read();
        return reader;
      }),
    );
    for (const reader of held) {
      const next = () =>
        reader.read().then(({ done }) => {
          pieces += 1;
          if (!done) next();
        }, Boolean);
      next();
    }
    // Until all of them are under way.
    while (pieces < 40) await new Promise((resolve) => setTimeout(resolve, 10));
    const before = pieces;
    const response = await stream(server.base, '让我先说。');
    const meanwhile = pieces - before;
    await response.body.cancel();
    for (const reader of held) await reader.cancel();
    assert.ok(meanwhile < 10, `${meanwhile} pieces of others came before`);
  } finally {
    await server.stop();
  }
});

const OTHER = fileURLToPath(new URL('../../target/voices/random_causal', import.meta.url));

test('several voices are ready at once', { skip: !existsSync(OTHER) && 'there is no second voice' }, async () => {
  const server = await startServer('--voices', `xiaolang,${OTHER}`);
  try {
    const { data } = await (await fetch(new URL('voices', server.base))).json();
    const [first, second] = data.map(({ name }) => name);
    assert.equal(first, 'xiaolang');
    const bytes = async (more) => Buffer.from(await (await stream(server.base, '你好。', more)).arrayBuffer());
    const [usual, named, other] = [await bytes({}), await bytes({ voice: first }), await bytes({ voice: second })];
    assert.ok(likeness(usual.subarray(44), named.subarray(44)) > 0.99);
    assert.ok(likeness(usual.subarray(44), other.subarray(44)) < 0.5);
  } finally {
    await server.stop();
  }
  await assert.rejects(startServer('--voices', 'xiaolang,xiaolang'), /two voices/);
});

test('the cache keeps within its room', async () => {
  const server = await startServer('--cache-memory', '1');
  try {
    await (await stream(server.base, LONG)).arrayBuffer();
    const metrics = await (await fetch(new URL('metrics', server.base))).text();
    const bytes = Number(/langdu_cache_bytes\{level="L2"\} (\d+)/.exec(metrics)?.[1]);
    assert.ok(bytes > 1e5 && bytes <= 0.75 * 2 ** 20, `${bytes} bytes`);
  } finally {
    await server.stop();
  }
});

test('a full queue says when to come back', async () => {
  const server = await startServer('--queue', '2');
  try {
    const held = await Promise.all([stream(server.base, LONG), stream(server.base, LONG)]);
    const refused = await stream(server.base, '你好');
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get('retry-after'), '1');
    assert.equal((await refused.json()).code, 'E_SERVICE_BUSY');
    for (const { body } of held) await body.cancel();
  } finally {
    await server.stop();
  }
});

test('a reader that takes nothing is given up, and sees that it was not all', async () => {
  const server = await startServer('--patience', '1');
  try {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const asked = request(new URL('tts/stream', server.base), { method: 'POST', headers });
    asked.end(new URLSearchParams({ text: LONG.repeat(8) }).toString());
    const [response] = await once(asked, 'response');
    await new Promise((resolve) => setTimeout(resolve, 5000));
    await assert.rejects(async () => {
      for await (const _ of response);
    });
  } finally {
    await server.stop();
  }
});

test('what was spoken outlives the program, and what is under way is finished', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'langdu-'));
  const cache = join(folder, 'cache');
  try {
    const first = await startServer('--cache', cache);
    const speaking = await stream(first.base, '先说完，再停下来。');
    const stopped = first.stop();
    assert.ok((await speaking.arrayBuffer()).byteLength > 20_000);
    assert.equal((await stopped).code, 0);
    const second = await startServer('--cache', cache);
    await (await stream(second.base, '先说完，再停下来。')).arrayBuffer();
    const metrics = await (await fetch(new URL('metrics', second.base))).text();
    assert.match(metrics, /langdu_cache_hits\{level="L2"\} 1\n/);
    const third = await startServer('--cache', cache);
    assert.equal((await stream(third.base, '你好')).status, 200);
    assert.match((await third.stop()).errors, /E_CACHE_BLOCKED/);
    await second.stop();
  } finally {
    await rm(folder, { recursive: true });
  }
});

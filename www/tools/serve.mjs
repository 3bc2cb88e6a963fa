/** A static server for the built page, with the headers it should have anywhere: types, CSP, revalidation. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.png': 'image/png',
  '.txt': 'text/plain; charset=utf-8',
};

const CSP =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; base-uri 'none'";

/**
 * Serves `root` on 127.0.0.1. `alter(path, body)` may replace what is sent: a Buffer, or null for "not found"; `headers(path)` what
 * is said of it.
 * @param {{
 *   root: string, port?: number, alter?: (path: string, body: Buffer | null) => Buffer | null,
 *   headers?: (path: string) => Record<string, string>,
 * }} options
 * @returns {Promise<{ url: string, requests: string[], close: () => Promise<void> }>}
 */
export async function serve({ root, port = 0, alter = (_path, body) => body, headers: given = () => ({}) }) {
  /** @type {string[]} */
  const requests = [];
  const tags = new Map();
  const altered = new WeakMap();
  /** Hashing the engine takes longer than sending it: a file is hashed when it has changed, what is sent instead of one once. */
  const tagOf = async (path, body, file) => {
    const hash = () => `"${createHash('sha256').update(body).digest('base64url')}"`;
    const [known, key] = body === file ? [tags, await versionOf(path)] : [altered, body];
    if (!known.has(key)) known.set(key, hash());
    return known.get(key);
  };
  const versionOf = async (path) => {
    const { mtimeMs, size } = await stat(join(root, path));
    return `${path} ${mtimeMs} ${size}`;
  };
  const server = createServer(async (request, response) => {
    let path = pathOf(request.url ?? '/');
    if (!path) {
      response.writeHead(400, { 'content-type': 'text/plain' }).end('not an address');
      return;
    }
    if (path.endsWith('/')) path += 'index.html';
    requests.push(path);
    const file = await readFile(join(root, path)).catch(() => null);
    const body = alter(path, file);
    if (!body) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
      return;
    }
    const etag = await tagOf(path, body, file);
    const headers = {
      'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
      'content-security-policy': CSP,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-cache',
      etag,
      ...given(path),
    };
    const fresh = request.headers['if-none-match'] === etag;
    response.writeHead(fresh ? 304 : 200, headers).end(fresh ? undefined : body);
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(undefined));
  });
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${address.port}/`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** The path of an address, nothing for what is none. */
function pathOf(url) {
  try {
    return normalize(decodeURIComponent(new URL(`http://localhost${url}`).pathname));
  } catch {
    return null;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('../../dist/', import.meta.url));
  const { url } = await serve({ root, port: Number(process.env.PORT ?? 8080) });
  console.log(`langdu is at ${url} (Ctrl+C ends it)`);
}

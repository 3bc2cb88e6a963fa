/** Serves a built app as a careful host does: a strict Content-Security-Policy, right types, files that may be kept. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** The policy, with what the site adds to it and the hashes of the scripts that the page itself holds: frameworks that render on a server have some. */
function policy(html, more) {
  const scripts = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(([, script]) => script);
  const hashes = scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  return [
    "default-src 'self'",
    ["script-src 'self' 'wasm-unsafe-eval'", ...hashes].join(' '),
    "worker-src 'self'",
    "img-src 'self' data:",
    ...more,
  ].join('; ');
}

/**
 * @param {string} root
 * @param {string[]} [more] directives beside those of every app
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serveApp(root, more = []) {
  const server = createServer(async ({ url = '/' }, response) => {
    let path = normalize(new URL(url, 'http://localhost').pathname);
    if (path.endsWith('/')) path += 'index.html';
    const body = await readFile(join(root, path)).catch(() => null);
    if (!body) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
      return;
    }
    response
      .writeHead(200, {
        'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
        'content-security-policy': policy(path.endsWith('.html') ? body.toString() : '', more),
        'x-content-type-options': 'nosniff',
        'cache-control': 'public, max-age=3600',
      })
      .end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = server.address();
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

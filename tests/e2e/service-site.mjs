/** A site whose pages have nothing but forms and audio: the example, langdu's files, a service worker at its root. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { serve } from '../../www/tools/serve.mjs';

export const DIST = process.env.DIST ?? fileURLToPath(new URL('../../dist/', import.meta.url));
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * @param {string} [page] what is shown at the root
 * @param {Record<string, string>} [more] other files; they may change while the site is served
 */
export function serviceSite(page = readFileSync(here('../apps/form/index.html'), 'utf8'), more = {}) {
  const client = buildSync({
    stdin: { contents: "export { default } from 'openai';", resolveDir: here('../..') },
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'error',
  });
  const files = new Map([
    ['/index.html', Buffer.from(page)],
    ['/run.mjs', readFileSync(here('../service/run.mjs'))],
    ['/openai.js', Buffer.from(client.outputFiles[0].contents)],
    ['/service-worker.js', readFileSync(join(DIST, 'service-worker.js'))],
  ]);
  return serve({
    root: DIST,
    alter: (path) => {
      if (path in more) return Buffer.from(more[path]);
      if (!path.startsWith('/langdu/')) return files.get(path) ?? null;
      try {
        return readFileSync(join(DIST, path.slice('/langdu/'.length)));
      } catch {
        return null;
      }
    },
  });
}

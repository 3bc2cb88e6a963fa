/** Modules of the reader as Node can import them: bundled from their TypeScript. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../www/reader/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'langdu-reader-'));

/** @param {string} path of the module under `www/reader`, without `.ts` */
export async function load(path) {
  const outfile = join(folder, `${path.replaceAll('/', '-')}.mjs`);
  await build({
    entryPoints: [join(ROOT, `${path}.ts`)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
  });
  return import(pathToFileURL(outfile).href);
}

export const BOOKS = fileURLToPath(new URL('../../../shared/books/', import.meta.url));

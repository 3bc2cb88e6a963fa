/** Writes the service worker of a build: `node www/service/build-sw.mjs dist`. It names every file the page needs, with its hash. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const root = process.argv[2] ?? 'dist';
const page =
  /^(index\.html|style\.css|icon\.svg|(app|langdu|player\.worklet)\.js|(relaxed\/)?((worker|vocoder|engine)\.js|engine_bg\.wasm))$/;
const voice = /^voices\/[^/]+\/(voice\.json|[a-z]+\.onnx)$/;

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => page.test(path) || voice.test(path))
  .sort();
const hash = (path) =>
  createHash('sha256')
    .update(readFileSync(join(root, path)))
    .digest('hex');
const table = Object.fromEntries(files.map((path) => [path, hash(path)]));

buildSync({
  entryPoints: [fileURLToPath(new URL('sw.ts', import.meta.url))],
  outfile: join(root, 'sw.js'),
  bundle: true,
  format: 'iife',
  target: 'es2022',
  minify: true,
  define: { FILES: JSON.stringify(table) },
});

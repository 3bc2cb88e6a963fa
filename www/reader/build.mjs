/** Builds the app into a folder that holds the package's files: `node www/reader/build.mjs dist`. */
import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { build } from 'esbuild';

const out = process.argv[2] ?? 'dist';
const here = fileURLToPath(new URL('.', import.meta.url));
const { resolve } = createRequire(import.meta.url);
const ASSETS = ['index.html', 'manifest.webmanifest', 'icon.svg', 'sample.txt'];

/** The app is the package's first customer: it takes the built package as it is. */
const langdu = {
  name: 'langdu',
  setup({ onResolve }) {
    onResolve({ filter: /^langdu$/ }, () => ({ path: './langdu.js', external: true }));
  },
};

/** Encoders carry their workers as text, to be run from a blob, which the content security policy forbids: they become files. */
const workers = {
  name: 'workers',
  setup({ onLoad }) {
    onLoad({ filter: /mediabunny-(aac|mp3)-encoder\.mjs$/ }, ({ path }) => {
      const [, codec] = /mediabunny-(aac|mp3)-encoder/.exec(path) ?? [];
      const source = readFileSync(path, 'utf8');
      const call = /return inlineWorker\((['"`][\s\S]*?['"`])\);\n\}/.exec(source);
      if (!call) throw new Error(`${path} has no worker where one was expected`);
      writeFileSync(join(out, `${codec}.worker.js`), runInNewContext(call[1]));
      const worker = `return new Worker(new URL('${codec}.worker.js', document.baseURI));\n}`;
      return { contents: source.replace(call[0], () => worker), loader: 'js' };
    });
  },
};

for (const file of readdirSync(out)) if (/^app(-.*)?\.(js|css)$/.test(file)) rmSync(join(out, file));
const common = { bundle: true, minify: true, target: 'es2022', logLevel: 'warning' };
await build({
  ...common,
  entryPoints: { app: join(here, 'main.tsx') },
  outdir: out,
  format: 'esm',
  splitting: true,
  chunkNames: 'app-[name]-[hash]',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  external: ['module', 'node:module', 'worker_threads', 'fs'],
  plugins: [langdu, workers],
});
await build({ ...common, entryPoints: { app: join(here, 'style.css') }, outdir: out });
await build({
  ...common,
  entryPoints: [join(here, 'listening/queue.worklet.ts')],
  outdir: out,
  format: 'esm',
  entryNames: '[name]',
});
for (const asset of ASSETS) cpSync(join(here, asset), join(out, asset));
cpSync(join(here, 'pictures'), out, { recursive: true });
const pdf = dirname(resolve('pdfjs-dist/package.json'));
cpSync(join(pdf, 'build/pdf.worker.min.mjs'), join(out, 'pdf.worker.js'));
cpSync(join(pdf, 'cmaps'), join(out, 'cmaps'), { recursive: true });

const PAGE =
  /^(index\.html|manifest\.webmanifest|icon.*\.(svg|png)|sample\.txt|app.*\.(js|css)|langdu\.js|(player|queue)\.worklet\.js|text\.bin|(pdf|aac|mp3)\.worker\.js|cmaps\/.*|(relaxed\/)?((worker|vocoder)\.js|engine_bg\.wasm))$/;
const VOICE = /^voices\/[^/]+\/(voice\.json|[a-z]+\.onnx)$/;
const files = readdirSync(out, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(join(out, '/').length).replaceAll('\\', '/'))
  .filter((path) => PAGE.test(path) || VOICE.test(path))
  .sort();
const hash = (path) =>
  createHash('sha256')
    .update(readFileSync(join(out, path)))
    .digest('hex');
await build({
  ...common,
  entryPoints: { sw: join(here, 'sw.ts') },
  outdir: out,
  format: 'iife',
  define: { FILES: JSON.stringify(Object.fromEntries(files.map((path) => [path, hash(path)]))) },
});

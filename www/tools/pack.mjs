/**
 * Makes the packages out of what has been built: `node www/tools/pack.mjs <build>`. `dist/packages/` holds them as they are
 * installed, `dist/*.tgz` as they are published. Fails where one is larger than it may be.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Bytes that a tarball may have. */
const LIMITS = { langdu: 4e6, 'voice-xiaolang': 7e6 };

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DIST = join(ROOT, 'dist');
const PACKAGES = join(DIST, 'packages');
const CODE = join(PACKAGES, 'langdu');
const OUT = join(CODE, 'dist');
const [BUILD] = process.argv.slice(2);
const common = {
  absWorkingDir: ROOT,
  bundle: true,
  target: 'es2022',
  define: { LANGDU_BUILD: JSON.stringify(BUILD) },
  logLevel: 'warning',
};
const ADAPTERS = ['react', 'vue', 'speech-synthesis'];
const EXTERNAL = ['react', 'vue', 'vite', '@langdu/voice-xiaolang'];

const entries = (names) => Object.fromEntries(names.map((name) => [name, `www/adapters/${name}.ts`]));

async function bundle() {
  // The package's face, for bundlers and for servers. Both share code between their entries. They stay readable, and need no source
  // maps: who bundles them makes them small.
  const shared = { ...common, format: 'esm', splitting: true, chunkNames: 'chunk-[hash]', external: EXTERNAL };
  await build({
    ...shared,
    entryPoints: { langdu: 'www/client/langdu.ts', answer: 'www/client/answer.ts', ...entries(ADAPTERS) },
    conditions: ['npm'],
    outdir: OUT,
  });
  await build({
    ...shared,
    platform: 'node',
    entryPoints: { langdu: 'www/client/node.ts', ...entries([...ADAPTERS, 'vite']) },
    alias: { langdu: './www/client/node.ts' },
    outdir: join(OUT, 'node'),
  });
  await build({ ...common, format: 'esm', entryPoints: ['www/service/service.ts'], outfile: join(OUT, 'service.js') });
  // For pages without a bundler: everything beside this one file.
  const standalone = { ...common, minify: true, entryPoints: ['www/client/langdu.ts'] };
  await build({ ...standalone, format: 'esm', outfile: join(OUT, 'standalone/langdu.js') });
  await build({
    ...standalone,
    entryPoints: ['www/client/global.ts'],
    format: 'iife',
    define: { ...common.define, 'import.meta.url': 'LANGDU_SCRIPT' },
    banner: { js: 'const LANGDU_SCRIPT = document.currentScript.src;' },
    outfile: join(OUT, 'standalone/langdu.global.js'),
  });
  // Vite puts what is smaller than 4 KiB into the script that names it, where a Content-Security-Policy refuses it.
  await build({
    ...common,
    format: 'esm',
    entryPoints: ['www/player/player.worklet.ts'],
    legalComments: 'none',
    outfile: join(OUT, 'player.worklet.js'),
  });
  if (statSync(join(OUT, 'player.worklet.js')).size <= 4096) throw new Error('player.worklet.js is too small');
}

function copyCode() {
  for (const folder of ['', 'relaxed']) {
    mkdirSync(join(OUT, folder), { recursive: true });
    for (const name of ['worker.js', 'vocoder.js', 'engine_bg.wasm']) {
      cpSync(join(DIST, folder, name), join(OUT, folder, name));
    }
  }
  cpSync(join(DIST, 'text.bin'), join(OUT, 'text.bin'));
  for (const name of ['service-worker.js', 'service-page.js', 'opus.js', 'mp3.wasm', 'docs']) {
    cpSync(join(DIST, name), join(OUT, 'standalone', name), { recursive: true });
  }
  cpSync(join(ROOT, 'packages/langdu'), CODE, { recursive: true });
  for (const name of ['README.md', 'LICENSE']) cpSync(join(ROOT, name), join(CODE, name));
  execFileSync('tsc', ['-p', 'tsconfig.package.json', '--outDir', join(OUT, 'types')], { cwd: ROOT, stdio: 'inherit' });
}

function copyVoice(name) {
  const folder = join(PACKAGES, `voice-${name}`);
  cpSync(join(ROOT, `packages/voice-${name}`), folder, { recursive: true });
  const model = join(ROOT, 'models', name);
  for (const file of readdirSync(model)) {
    if (/\.onnx$|^(voice\.json|LICENSE|CARD\.md)$/.test(file)) cpSync(join(model, file), join(folder, file));
  }
  writeFileSync(join(folder, 'README.md'), readFileSync(join(model, 'CARD.md')));
}

function tarball(folder) {
  const name = execFileSync('npm', ['pack', '--silent', '--pack-destination', DIST], {
    cwd: join(PACKAGES, folder),
    encoding: 'utf8',
  }).trim();
  const bytes = statSync(join(DIST, name)).size;
  console.log(`${name.padEnd(40)} ${(bytes / 1e6).toFixed(2)} MB of ${(LIMITS[folder] / 1e6).toFixed(1)}`);
  return bytes <= LIMITS[folder];
}

for (const name of readdirSync(DIST)) if (name.endsWith('.tgz')) rmSync(join(DIST, name));
rmSync(PACKAGES, { recursive: true, force: true });
await bundle();
copyCode();
copyVoice('xiaolang');
const small = ['langdu', 'voice-xiaolang'].map(tarball);
if (small.includes(false)) {
  console.error('a package has grown past its limit');
  process.exit(1);
}

#!/usr/bin/env node
/**
 * `npx langdu init <folder>`: copies the files that a page loads into a folder that is served as it is, for bundlers that leave them
 * out and for pages without one. Can be repeated: says what is new, and takes away what an earlier version has put there.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const PACKAGE = fileURLToPath(new URL('../', import.meta.url));
const { version } = require('../package.json');
/** Names what was copied, so that another version can take it away. */
const LIST = 'langdu.files.json';

const [command, folder, ...rest] = process.argv.slice(2);
if (command !== 'init' || !folder || rest.length > 0) {
  console.error(`langdu ${version}\n\nusage: langdu init <folder>   copies the files that a page loads into <folder>`);
  process.exit(command === undefined || command === '--help' ? 0 : 2);
}

/** Every file of the folder, by where it comes from. */
function wanted() {
  const files = new Map();
  const dist = join(PACKAGE, 'dist');
  const loaded = ['worker.js', 'vocoder.js', 'engine_bg.wasm'];
  for (const name of [...loaded, ...loaded.map((name) => `relaxed/${name}`), 'player.worklet.js', 'text.bin']) {
    files.set(name, join(dist, name));
  }
  const standalone = join(dist, 'standalone');
  for (const entry of readdirSync(standalone, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files.set(relative(standalone, path).replaceAll('\\', '/'), path);
  }
  const voice = dirname(require.resolve('@langdu/voice-xiaolang/package.json'));
  for (const name of readdirSync(voice)) {
    if (/\.onnx$|^voice\.json$|^LICENSE$|^CARD\.md$/.test(name)) files.set(`voices/xiaolang/${name}`, join(voice, name));
  }
  return files;
}

const hash = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');
const list = join(folder, LIST);
const before = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : { version: null, files: [] };
const files = wanted();

const counts = { copied: 0, kept: 0, removed: 0 };
for (const [name, from] of files) {
  const to = join(folder, name);
  if (existsSync(to) && hash(to) === hash(from)) {
    counts.kept += 1;
    continue;
  }
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
  counts.copied += 1;
}
for (const name of before.files) {
  // The list is data: it names files of this folder, or nothing.
  const path = join(folder, name);
  if (files.has(name) || relative(folder, path).startsWith('..') || !existsSync(path)) continue;
  rmSync(path);
  counts.removed += 1;
}
writeFileSync(list, `${JSON.stringify({ version, files: [...files.keys()].sort() }, null, 2)}\n`);

const from = before.version && before.version !== version ? ` (there was ${before.version})` : '';
console.log(`langdu ${version}${from} in ${folder}: ${counts.copied} files copied, ${counts.kept} as they were, ${counts.removed} removed`);
console.log(`Load it with Langdu.load({ baseUrl: '…' }), the address under which ${folder} is served.`);

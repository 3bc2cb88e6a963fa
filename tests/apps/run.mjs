/**
 * One small app for each way to use the packages: installed from the tarballs, built, served under a strict
 * Content-Security-Policy and run in Chromium. `node tests/apps/run.mjs [--json] [--quick] [name…]`.
 */
import { execFileSync } from 'node:child_process';
import { cp, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { CHROMIUM, CHROMIUM_FLAGS } from '../e2e/chromium.mjs';
import { converse } from './converse.mjs';
import { install, run, tarballs } from './install.mjs';
import { develop, listen, refusal } from './listen.mjs';
import { serveApp } from './server.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/**
 * How each app is served, which of them take but a moment, and what is to be seen of those that do more than speak, or are built
 * so that they can't.
 */
const APPS = {
  module: { quick: true },
  classic: { quick: true },
  esbuild: { quick: true },
  vite: { quick: true, dev: true },
  rollup: {},
  webpack: {},
  next: { root: 'out' },
  'easy-speech': {},
  'react-text-to-speech': {},
  conversation: { converse: true },
  inlined: { quick: true, refused: 'E_FILE_INLINED' },
};

const { values: given, positionals } = parseArgs({
  options: { json: { type: 'boolean' }, quick: { type: 'boolean' } },
  allowPositionals: true,
});
const names =
  positionals.length > 0 ? positionals : Object.keys(APPS).filter((name) => !given.quick || APPS[name].quick);

async function check(name, browser) {
  const { root = 'dist', dev = false, refused } = APPS[name];
  const row = {};
  const faults = [];
  try {
    const folder = await install(name);
    run(folder, 'npm', 'run', 'build');
    // Pages without a bundler are their own build.
    for (const file of ['index.html', 'main.js']) {
      const built = await stat(join(folder, root, file)).catch(() => null);
      if (!built) await cp(join(folder, file), join(folder, root, file)).catch(() => undefined);
    }
    row.build = true;
    const server = await serveApp(join(folder, root));
    if (refused) {
      const { code, message } = await refusal(browser, server.url);
      await server.close();
      row.refused = code === refused;
      if (!row.refused) faults.push(`${code} ${message} instead of ${refused}`);
      return { row, faults };
    }
    const found = APPS[name].converse
      ? await converse(server.url, row)
      : await listen(browser, server.url, { offline: true });
    await server.close();
    row.spoke = found.length === 0;
    row.csp = !found.some((fault) => /Content.Security.Policy|E_FILE_BLOCKED/.test(fault));
    if (!APPS[name].converse) row.offline = row.spoke;
    faults.push(...found);
    if (dev) {
      const found = await develop(folder, browser);
      row.dev = found.length === 0;
      faults.push(...found.map((fault) => `dev: ${fault}`));
    }
  } catch (error) {
    row.build ??= false;
    row.spoke ??= false;
    faults.push(`${error.message}\n${error.stdout ?? ''}${error.stderr ?? ''}`.trim());
  }
  return { row, faults };
}

/** Findings of a linter of packages: how many, printed if there are any. */
function findings(command, ...args) {
  try {
    execFileSync(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
    return 0;
  } catch (error) {
    console.error(error.stdout);
    return 1;
  }
}

const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: CHROMIUM_FLAGS,
  ignoreDefaultArgs: ['--mute-audio'],
});
const apps = {};
let failed = false;
for (const name of names) {
  const { row, faults } = await check(name, browser);
  apps[name] = row;
  failed ||= faults.length > 0;
  console.log(
    name.padEnd(20),
    Object.entries(row)
      .map(([what, so]) => `${what} ${typeof so === 'number' ? so : so ? 'yes' : 'NO'}`)
      .join(', '),
  );
  for (const fault of faults) console.error(`  ${fault}`);
}
await browser.close();

const bytes = {};
for (const tarball of tarballs)
  bytes[tarball.includes('voice-') ? 'voice_tgz' : 'langdu_tgz'] = (await stat(tarball)).size;
const publint = ['langdu', 'voice-xiaolang'].reduce(
  (sum, name) => sum + findings('publint', '--strict', `dist/packages/${name}`),
  0,
);
const attw = tarballs.reduce((sum, tarball) => sum + findings('attw', '--profile', 'esm-only', tarball), 0);
console.log(
  `publint ${publint}, attw ${attw}, ${Object.entries(bytes)
    .map(([name, size]) => `${name} ${(size / 1e6).toFixed(2)} MB`)
    .join(', ')}`,
);
if (given.json) console.log(JSON.stringify({ apps, bytes, publint, attw }));
process.exit(failed || publint || attw ? 1 : 0);

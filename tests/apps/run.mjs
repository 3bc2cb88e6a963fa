/**
 * One small app for each way to use the packages: installed from the tarballs, built, served under a strict
 * Content-Security-Policy and run in Chromium. `node tests/apps/run.mjs [--json] [--quick] [name…]`.
 */
import { execFileSync, spawn } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { CHROMIUM_FLAGS } from '../e2e/browsers.mjs';
import { serveApp } from './server.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const HERE = fileURLToPath(new URL('./', import.meta.url));
const WORK = join(ROOT, 'target/apps');
/** How each app is served, and which of them take but a moment. */
const APPS = {
  module: { quick: true },
  classic: { quick: true },
  esbuild: { quick: true },
  vite: { quick: true, dev: true },
  rollup: {},
  webpack: {},
  next: { root: 'out' },
};

const { values: given, positionals } = parseArgs({
  options: { json: { type: 'boolean' }, quick: { type: 'boolean' } },
  allowPositionals: true,
});
const names =
  positionals.length > 0 ? positionals : Object.keys(APPS).filter((name) => !given.quick || APPS[name].quick);

const tarballs = (await readdir(join(ROOT, 'dist')))
  .filter((name) => name.endsWith('.tgz'))
  .map((name) => join(ROOT, 'dist', name));
if (tarballs.length !== 2) throw new Error('there are no packages: ./build.sh pack makes them');

const run = (folder, command, ...args) =>
  execFileSync(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });

/** A copy of the app with everything it needs. */
async function install(name) {
  const folder = join(WORK, name);
  await mkdir(WORK, { recursive: true });
  // The project's own settings are not the app's.
  await writeFile(join(WORK, 'tsconfig.json'), '{}\n');
  const kept = join(WORK, `${name}.modules`);
  // What an app itself needs is installed once.
  const lock = await readFile(join(HERE, name, 'package-lock.json'), 'utf8').catch(() => '');
  await rm(folder, { recursive: true, force: true });
  await cp(join(HERE, name), folder, { recursive: true });
  const known = await readFile(join(kept, 'package-lock.json'), 'utf8').catch(() => null);
  if (known !== lock) {
    await rm(kept, { recursive: true, force: true });
    await mkdir(kept, { recursive: true });
    for (const file of ['package.json', ...(lock ? ['package-lock.json'] : [])])
      await cp(join(folder, file), join(kept, file));
    if (lock) run(kept, 'npm', 'ci', '--no-audit', '--no-fund');
    else await cp(join(folder, 'package.json'), join(kept, 'package-lock.json'));
  }
  const modules = join(kept, 'node_modules');
  await cp(modules, join(folder, 'node_modules'), { recursive: true, verbatimSymlinks: true }).catch(() => undefined);
  for (const tarball of tarballs) {
    const target = join(folder, 'node_modules', tarball.includes('voice-') ? '@langdu/voice-xiaolang' : 'langdu');
    await rm(target, { recursive: true, force: true });
    await mkdir(target, { recursive: true });
    run(target, 'tar', 'xzf', tarball, '--strip-components', '1');
  }
  const bin = join(folder, 'node_modules/.bin');
  await mkdir(bin, { recursive: true });
  run(bin, 'ln', '-sf', '../langdu/bin/langdu.mjs', 'langdu');
  run(bin, 'chmod', '+x', '../langdu/bin/langdu.mjs');
  return folder;
}

/** Opens the app, presses its button, and listens. */
async function listen(browser, url, { offline = false } = {}) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const faults = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(`${error.code ?? ''} ${error.message}`));
  const { origin } = new URL(url);
  context.on('request', (request) => {
    const outside = !request.url().startsWith(origin) && !/^(data|blob):/.test(request.url());
    if (outside) faults.push(`a request to ${request.url()}`);
  });
  await page.addInitScript(tap);
  const spoke = async () => {
    await page.goto(url);
    const failed = new Promise((_, reject) => page.once('pageerror', reject));
    await Promise.race([page.waitForSelector('#speak:enabled', { timeout: 60_000 }), failed]);
    await page.click('#speak');
    await page.waitForFunction(() => window.heard() > 20, undefined, { timeout: 30_000 });
  };
  try {
    await spoke();
    if (offline) {
      await context.setOffline(true);
      await spoke();
    }
  } catch (error) {
    faults.push(String(error).split('\n')[0]);
  } finally {
    await context.close();
  }
  return faults;
}

/** In the page: counts how often something that is not silence goes to the speakers. */
function tap() {
  let sounding = 0;
  const { connect } = AudioNode.prototype;
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode) {
      const meter = target.context.createAnalyser();
      const samples = new Float32Array(meter.fftSize);
      connect.call(this, meter);
      setInterval(() => {
        meter.getFloatTimeDomainData(samples);
        if (samples.some((sample) => Math.abs(sample) > 0.003)) sounding += 1;
      }, 20);
    }
    return connect.call(this, target, ...rest);
  };
  window.heard = () => sounding;
}

/** The app as its own development server gives it. */
async function develop(folder, browser) {
  const port = await freePort();
  const server = spawn('npx', ['vite', '--strictPort', '--host', '127.0.0.1', '--port', String(port)], {
    cwd: folder,
    detached: true,
  });
  try {
    const url = `http://127.0.0.1:${port}/`;
    for (let i = 0; i < 100; i += 1) {
      if (
        await fetch(url).then(
          (response) => response.ok,
          () => false,
        )
      )
        break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return await listen(browser, url);
  } finally {
    process.kill(-server.pid);
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function check(name, browser) {
  const { root = 'dist', dev = false } = APPS[name];
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
    const found = await listen(browser, server.url, { offline: true });
    await server.close();
    row.spoke = found.length === 0;
    row.csp = !found.some((fault) => /Content.Security.Policy|E_FILE_BLOCKED/.test(fault));
    row.offline = row.spoke;
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
  executablePath: '/usr/bin/chromium',
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
    name.padEnd(10),
    Object.entries(row)
      .map(([what, so]) => `${what} ${so ? 'yes' : 'NO'}`)
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

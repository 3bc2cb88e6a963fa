/** Apps with the packed packages in them, as anybody would install them. */
import { execFileSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const HERE = fileURLToPath(new URL('./', import.meta.url));
const WORK = join(ROOT, 'target/apps');

export const tarballs = (await readdir(join(ROOT, 'dist')))
  .filter((name) => name.endsWith('.tgz'))
  .map((name) => join(ROOT, 'dist', name));
if (tarballs.length !== 2) throw new Error('there are no packages: ./build.sh pack makes them');

export const run = (folder, command, ...args) =>
  execFileSync(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });

/** A copy of the app with everything it needs. */
export async function install(name) {
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

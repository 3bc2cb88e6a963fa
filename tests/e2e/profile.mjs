/** Profiles for Firefox, which starts in half the time with one that it has been started with before. */

import { existsSync } from 'node:fs';
import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const KEPT = join(tmpdir(), 'langdu-firefox-kept');
/** What says that a profile is in use. */
const LOCKS = ['lock', '.parentlock'];

/** A folder with a profile of its own, to be removed by whoever asks. `start` starts Firefox with a folder and gives its driver. */
export async function profile(start) {
  if (!existsSync(KEPT)) await keep(start);
  const folder = await empty();
  await cp(KEPT, folder, { recursive: true });
  return folder;
}

async function keep(start) {
  const folder = await empty();
  try {
    const driver = await start(folder);
    await driver.get('about:blank');
    await driver.quit();
    for (const lock of LOCKS) await rm(join(folder, lock), { force: true });
    // Somebody else may have been quicker.
    await rename(folder, KEPT).catch(() => undefined);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function empty() {
  return mkdtemp(join(tmpdir(), 'langdu-firefox-'));
}

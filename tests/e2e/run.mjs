/**
 * Runs end to end tests, so many files at a time: node tests/e2e/run.mjs FILES_AT_A_TIME FILE... Files in which the browser
 * itself stood still are run once more.
 */
import { resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { tap } from 'node:test/reporters';
import { inspect } from 'node:util';
import { STANDS_STILL } from './browsers.mjs';

/** The longest that one file may take. */
const TIMEOUT_MS = 900_000;

const [concurrency, ...files] = process.argv.slice(2);

/** Runs files; the ones that failed, and those of them for the browser's sake. */
async function attempt(files) {
  const failed = new Set();
  const still = new Set();
  const events = run({ files, concurrency: Number(concurrency), timeout: TIMEOUT_MS });
  events.on('test:fail', ({ file, details }) => {
    failed.add(file);
    if (inspect(details.error, { depth: 9 }).includes(STANDS_STILL)) still.add(file);
  });
  const report = events.compose(tap);
  report.pipe(process.stdout, { end: false });
  await finished(report);
  return { failed, still };
}

const { failed, still } = await attempt(files.map((file) => resolve(file)));
if (still.size > 0) {
  console.log(`# ${STANDS_STILL}: once more ${[...still].join(' ')}`);
  const again = await attempt([...still]);
  for (const file of still) if (!again.failed.has(file)) failed.delete(file);
}
process.exitCode = failed.size > 0 ? 1 : 0;

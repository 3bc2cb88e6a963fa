/**
 * Runs end to end tests, so many files at a time: node tests/e2e/run.mjs FILES_AT_A_TIME FILE... A few files that fail are run once
 * more, one at a time; tests that pass only then are named at the end.
 */
import { resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { tap } from 'node:test/reporters';

/** The longest that one file may take. */
const TIMEOUT_MS = 900_000;

/** More files than these don't fail by chance. */
const FEW = 3;

const [concurrency, ...files] = process.argv.slice(2);

/** Runs files; the names of the tests that failed, by file. */
async function attempt(files, concurrency) {
  const failed = new Map();
  const events = run({ files, concurrency, timeout: TIMEOUT_MS });
  events.on('test:fail', ({ file, name }) => failed.set(file, [...(failed.get(file) ?? []), name]));
  const report = events.compose(tap);
  report.pipe(process.stdout, { end: false });
  await finished(report);
  return failed;
}

const failed = await attempt(
  files.map((file) => resolve(file)),
  Number(concurrency),
);
const mayWaver = failed.size > 0 && failed.size <= FEW;
const again = mayWaver ? await attempt([...failed.keys()], 1) : failed;
for (const [file, names] of failed) if (!again.has(file)) console.log(`# wavers: ${file}: ${names.join(', ')}`);
process.exitCode = again.size > 0 ? 1 : 0;

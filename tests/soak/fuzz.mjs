/** Coverage-guided fuzzing by `fuzz/`: two targets at a time, the text for a third of the time. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../target/quick/langdu-fuzz', import.meta.url));
/** Shares of the time. */
const SHARES = {
  text: 6,
  ssml: 3,
  lexicon: 2,
  templates: 2,
  archive: 1,
  manifest: 1,
  graph: 2,
  records: 1,
  options: 1,
};

/** Fuzzes for so many seconds. */
export async function fuzz(seconds) {
  const sum = Object.values(SHARES).reduce((sum, share) => sum + share, 0);
  const waiting = Object.entries(SHARES);
  const figures = {};
  let withstood = true;
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [target, share] = next;
      const result = await run(target, Math.max(1, Math.round((2 * seconds * share) / sum)));
      const { executions = 0, edges = 0, failures = {} } = result;
      figures[target] = { executions, edges, failures: Object.keys(failures).length + (result.fatal ? 1 : 0) };
      const told = result.fatal ?? JSON.stringify(failures);
      if (figures[target].failures > 0) withstood = false;
      console.error(`fuzz ${target}: ${executions} executions, ${edges} edges${told === '{}' ? '' : `, ${told}`}`);
    }
  };
  await Promise.all([work(), work()]);
  return { figures, withstood };
}

/** The program's report; `fatal` where it came to its end before. */
async function run(target, seconds) {
  const program = spawn(PROGRAM, [target, String(seconds)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let told = '';
  program.stdout.on('data', (data) => {
    out += data;
  });
  program.stderr.on('data', (data) => {
    told += data;
  });
  const [code, signal] = await once(program, 'close');
  try {
    return JSON.parse(out);
  } catch {
    return { fatal: `${told.trim()} (${signal ?? code}), see target/fuzz/${target}-fatal` };
  }
}

/** Coverage-guided fuzzing by `fuzz/`: two targets at a time, the text for half of the time, when nothing else wants the processor. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../target/quick/langdu-fuzz', import.meta.url));
/** Shares of the time: ten times as many executions of the text as of each other. */
const SHARES = {
  text: 14,
  ssml: 3,
  lexicon: 2,
  templates: 3,
  archive: 1,
  manifest: 1,
  graph: 1,
  records: 2,
  options: 1,
};

/** Seconds of a round: each begins with what the rounds before have found, without what others reach as well. */
const ROUND = 600;

/** Fuzzes for so many seconds. */
export async function fuzz(seconds) {
  const sum = Object.values(SHARES).reduce((sum, share) => sum + share, 0);
  const [executions, edges, failures] = [{}, {}, {}];
  const rounds = Math.ceil(seconds / ROUND);
  const waiting = Array.from({ length: rounds }, () => Object.entries(SHARES)).flat();
  const until = Date.now() + seconds * 1000;
  let begun = 0;
  // Each has its turn in the first round, however long the programs take to begin.
  const due = () => begun < Object.keys(SHARES).length || Date.now() < until;
  const work = async () => {
    for (let next = waiting.shift(); next && due(); next = waiting.shift()) {
      begun += 1;
      const [target, share] = next;
      const result = await run(target, Math.max(1, Math.round((2 * seconds * share) / sum / rounds)));
      executions[target] = (executions[target] ?? 0) + (result.executions ?? 0);
      edges[target] = Math.max(edges[target] ?? 0, result.edges ?? 0);
      for (const told of result.fatal ? [result.fatal] : Object.entries(result.failures).flat()) {
        failures[target] ??= [];
        failures[target].push(told);
      }
      console.error(`fuzz ${target}: ${executions[target]} executions, ${edges[target]} edges`);
    }
  };
  await Promise.all([work(), work()]);
  if (Object.keys(failures).length > 0) console.error(`fuzz: ${JSON.stringify(failures, null, 2)}`);
  return { figures: { fuzz: executions, edges, failures }, withstood: Object.keys(failures).length === 0 };
}

/** The program's report; `fatal` where it came to its end before. */
async function run(target, seconds) {
  const corpus = fileURLToPath(new URL(`../../target/fuzz/${target}.jsonl`, import.meta.url));
  const given = ['--idle', '0', PROGRAM, target, String(seconds), corpus];
  const program = spawn('chrt', given, { stdio: ['ignore', 'pipe', 'pipe'] });
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

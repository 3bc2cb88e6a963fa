/** CPU time and memory of a browser, read from Linux's /proc: wall time lies on a machine that does other things. */
import { readdir, readFile } from 'node:fs/promises';

/** Process ids of whatever has `mark` in its command line, and of everything below. */
async function family(mark) {
  const parents = new Map();
  const marked = new Set();
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    parents.set(pid, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    if (command.includes(mark)) marked.add(pid);
  }
  const belongs = (pid) => marked.has(pid) || (parents.has(pid) && belongs(parents.get(pid)));
  return [...parents.keys()].filter(belongs);
}

/** Milliseconds that the dedicated workers of that browser have run so far. */
export async function workerCpuMs(mark) {
  let nanoseconds = 0;
  for (const pid of await family(mark)) {
    for (const thread of await readdir(`/proc/${pid}/task`).catch(() => [])) {
      const name = await readFile(`/proc/${pid}/task/${thread}/comm`, 'utf8').catch(() => '');
      if (!name.startsWith('DedicatedWorker')) continue;
      const schedule = await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0');
      nanoseconds += Number(schedule.split(' ')[0]);
    }
  }
  return nanoseconds / 1e6;
}

/** Megabytes that the pages of that browser take, what they share with others counted in parts. */
export async function rendererMb(mark) {
  let kilobytes = 0;
  for (const pid of await family(mark)) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (!command.includes('--type=renderer')) continue;
    const memory = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    kilobytes += Number(/^Pss:\s+(\d+)/m.exec(memory)?.[1] ?? 0);
  }
  return kilobytes / 1000;
}

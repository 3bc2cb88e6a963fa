/** Where the time to the first sound goes: the worker measures each job (`performance.measure`), this gathers it. */
import { round, spread } from './figures.mjs';

/** Ahead of the worker's own script. */
export const OBSERVER = `
  self.traced = [];
  new PerformanceObserver((list) => self.traced.push(...list.getEntries().map(({ detail }) => detail)))
    .observe({ entryTypes: ['measure'] });
`;

/** Milliseconds of each stage, over all jobs so far that made new sound. */
export async function stages(page) {
  const workers = page.workers();
  const traced = (await Promise.all(workers.map((worker) => worker.evaluate(() => self.traced ?? [])))).flat();
  const made = traced.filter((detail) => detail?.vocoderMs > 0);
  const names = Object.keys(made[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, spread(made.map((detail) => round(detail[name], 2)))]));
}

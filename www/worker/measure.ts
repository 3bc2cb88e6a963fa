/** What a job's first sound has taken, for whoever watches the browser's performance; it is kept nowhere. */
import type { Engine } from '#engine';
import type { Job, Run } from './job.js';

/** Name of the measures. */
const FIRST_SOUND = 'langdu: first sound';

/** Measures the way to the first sound, once for a job. */
export function measure(engine: Engine, job: Job, run: Run): void {
  if (job.arrived === null) return;
  const start = job.arrived;
  job.arrived = null;
  const inWorkerMs = performance.now() - start;
  const { textMs = 0, planMs = 0, sambertMs = 0, vocoderMs = 0 } = engine.stats(run.number) ?? {};
  const melMs = sambertMs - planMs;
  const detail = { textMs, lookupMs: job.lookupMs, planMs, melMs, vocoderMs, inWorkerMs };
  performance.measure(FIRST_SOUND, { start, detail });
  performance.clearMeasures(FIRST_SOUND);
}

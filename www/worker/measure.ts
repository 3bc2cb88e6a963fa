/** What a job's first sound has taken, for whoever watches the browser's performance; it is kept nowhere. */
import type { Engine } from '#engine';
import type { Job, Run } from './job.js';

/** Name of the measures. */
const FIRST_SOUND = 'langdu: first sound';

/** The way to the first sound, once for a job; null for its later chunks. */
export function wayToSound(engine: Engine, job: Job, run: Run): PerformanceMeasureOptions | null {
  if (job.arrived === null) return null;
  const start = job.arrived;
  job.arrived = null;
  const { textMs = 0, planMs = 0, sambertMs = 0, vocoderMs = 0 } = engine.stats(run.number) ?? {};
  const melMs = sambertMs - planMs;
  const inWorkerMs = performance.now() - start;
  return { start, detail: { textMs, lookupMs: job.lookupMs, planMs, melMs, vocoderMs, inWorkerMs } };
}

export function measure(way: PerformanceMeasureOptions): void {
  performance.measure(FIRST_SOUND, way);
  performance.clearMeasures(FIRST_SOUND);
}

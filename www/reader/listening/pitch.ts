/** Pitch and loudness of what is being heard. */

/** The voices' range, in Hz. */
const LOWEST = 80;
const HIGHEST = 500;
/** Similarity from which on a sound counts as voiced. */
const VOICED = 0.6;

/** Decibels of a window below full scale. */
export function level(samples: Float32Array): number {
  let squares = 0;
  for (const sample of samples) squares += sample * sample;
  return 10 * Math.log10(squares / samples.length + 1e-10);
}

/** F0 of a window in Hz by normalised autocorrelation, null where it is unvoiced; the window holds two periods of the lowest pitch. */
export function pitch(samples: Float32Array, sampleRate: number): number | null {
  const shortest = Math.floor(sampleRate / HIGHEST);
  const longest = Math.ceil(sampleRate / LOWEST);
  const similarity: number[] = [];
  for (let lag = shortest - 1; lag <= longest; lag += 1) {
    let product = 0;
    let here = 0;
    let there = 0;
    for (let at = 0; at + longest < samples.length; at += 1) {
      const a = samples[at] as number;
      const b = samples[at + lag] as number;
      product += a * b;
      here += a * a;
      there += b * b;
    }
    similarity.push(product / Math.sqrt(here * there + 1e-12));
  }
  const best = Math.max(...similarity);
  if (best < VOICED) return null;
  // The first peak that is nearly the best: not an octave below.
  const value = (at: number) => similarity[at] ?? -1;
  const peak = similarity.findIndex(
    (one, at) => at > 0 && one > 0.9 * best && one >= value(at - 1) && one >= value(at + 1),
  );
  return peak < 0 ? null : sampleRate / (shortest - 1 + peak);
}

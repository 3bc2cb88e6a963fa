/** What the benchmarks do with their measurements. */

/** The value below which the share `part` of the values lies. Between two values it is the mean of both. */
export function percentile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = sorted.length * part;
  const above = sorted[Math.min(sorted.length - 1, Math.floor(at))];
  return Number.isInteger(at) && at > 0 ? (sorted[at - 1] + above) / 2 : above;
}

export function round(value, digits = 0) {
  return Number(value.toFixed(digits));
}

/** Median, 95th percentile and quartiles of some milliseconds, and how many they are. */
export function spread(values) {
  const [p25, p50, p75, p95] = [0.25, 0.5, 0.75, 0.95].map((part) => round(percentile(values, part), 1));
  return { p50, p95, quartiles: [p25, p75], n: values.length };
}

/** A row of a table: `40 / 54 ms (n = 165)`. */
export function shown({ p50, p95, n }) {
  return `${p50} / ${p95} ms (n = ${n})`;
}

/** In another order each time, the same in every run. */
export function shuffled(values, round) {
  let state = round * 2654435761 + 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const keyed = values.map((value) => ({ value, key: random() }));
  return keyed.toSorted((a, b) => a.key - b.key).map(({ value }) => value);
}

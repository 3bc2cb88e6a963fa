/** What the benchmarks do with their measurements. */

/** The value below which the share `part` of the values lies. */
export function percentile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)];
}

export function round(value, digits = 0) {
  return Number(value.toFixed(digits));
}

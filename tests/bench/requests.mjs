/**
 * A day of a service line: sentences with names, times and numbers in their slots. What is said often is said very often
 * (Zipf's law, for the sentences as for what fills them); numbers are drawn anew each time. The same seed gives the same day.
 */
import { readFile } from 'node:fs/promises';

const { templates, sentences, slots } = JSON.parse(await readFile(new URL('./requests.json', import.meta.url), 'utf8'));

/** The sentences that a page would register. */
export { templates };

/** Numbers in 0..1 (mulberry32). */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draws from a list by rank: the second half as often as the first, the third a third as often. */
function zipf(list, draw) {
  const weights = list.map((_, rank) => 1 / (rank + 1));
  let left = draw() * weights.reduce((sum, weight) => sum + weight, 0);
  return list.find((_, rank) => {
    left -= weights[rank];
    return left <= 0;
  });
}

/** Endless requests. */
export function* requests(seed) {
  const draw = random(seed);
  // Registered sentences and others take turns in rank.
  const forms = sentences.flatMap((sentence, rank) => [templates[rank], sentence]).filter(Boolean);
  for (;;) {
    yield zipf(forms, draw).replace(/\{(.+?)\}/g, (_, slot) =>
      slot === '号码' ? String(1000 + Math.floor(draw() * 9000)) : zipf(slots[slot], draw),
    );
  }
}

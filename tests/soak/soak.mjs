/** Faults for as many minutes as one likes: `./build.sh soak [--minutes N] [--json]`. Ends with 1 where one was not withstood. */
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.mjs';
import { kills } from './kills.mjs';
import { reading } from './reading.mjs';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '1' }, json: { type: 'boolean', default: false } },
});
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error('--minutes wants a number above 0');

/** All at once, fuzzing with what time of the processor the others leave; each answers with its counts, and whether all was withstood. */
const seconds = minutes * 60;
const parts = await Promise.all([kills(seconds), reading(seconds), fuzz(seconds)]);
if (values.json) console.log(JSON.stringify(Object.assign({ minutes }, ...parts.map(({ figures }) => figures))));
process.exitCode = parts.every(({ withstood }) => withstood) ? 0 : 1;

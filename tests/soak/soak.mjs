/** Faults for as many minutes as one likes: `./build.sh soak [--minutes N] [--json]`. Ends with 1 where one was not withstood. */
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.mjs';
import { kills } from './kills.mjs';
import { reading } from './reading.mjs';

/** Each gets its share of the time, and answers with what to print and whether all was withstood. */
const PARTS = { fuzz, kills, reading };

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '1' }, json: { type: 'boolean', default: false } },
});
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error('--minutes wants a number above 0');

const figures = { minutes };
let withstood = true;
for (const [name, part] of Object.entries(PARTS)) {
  const result = await part((minutes * 60) / Object.keys(PARTS).length);
  figures[name] = result.figures;
  withstood &&= result.withstood;
}
if (values.json) console.log(JSON.stringify(figures));
process.exitCode = withstood ? 0 : 1;

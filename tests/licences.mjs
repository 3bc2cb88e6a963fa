/**
 * Every npm package that is built or shipped comes from its registry, under a licence that goes with Apache-2.0, as `deny.toml` demands
 * it of crates. Advisories are asked for by `npm audit` where its database can be reached.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const LICENCES = new Set([
  ...[
    'Apache-2.0',
    'MIT',
    'MIT-0',
    'Zlib',
    'BSD',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'ISC',
    'Unlicense',
    'Unicode-3.0',
    '0BSD',
    'CC0-1.0',
  ],
  ...['BlueOak-1.0.0', 'Apache-2.0 WITH LLVM-exception', 'BSL-1.0', 'MPL-2.0', 'Python-2.0', 'CC-BY-4.0'],
]);

/** Whether one of the licences on offer, or each of those that go together, is among them. */
function isFree(expression) {
  const parts = (text, word) => text.split(new RegExp(` ${word} |${word === 'OR' ? '/' : '\0'}`));
  const plain = expression.replaceAll(/[()]/g, '');
  return parts(plain, 'AND').every((group) => parts(group, 'OR').some((licence) => LICENCES.has(licence.trim())));
}

const faults = [];
const { packages: npm } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const installed = Object.entries(npm).filter(([path, { link }]) => path.includes('node_modules/') && !link);
for (const [path, { license, resolved, integrity }] of installed) {
  if (!isFree(license ?? '')) faults.push(`${path}: licence ${license}`);
  if (resolved && !resolved.startsWith('https://registry.npmjs.org/')) faults.push(`${path}: from ${resolved}`);
  if (!integrity) faults.push(`${path}: without a hash`);
}
assert.deepEqual(faults, []);
console.log(`${installed.length} npm packages: licences and sources are right`);

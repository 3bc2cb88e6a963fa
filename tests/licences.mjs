/**
 * Every package that is built or shipped comes from its registry, under a licence that goes with Apache-2.0. Advisories are asked
 * for by `npm audit` and `cargo audit` where their databases can be reached.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
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

/** LAME, LGPL: part of nothing but a native program that is built with the feature `mp3`. */
const OPTIONAL = new Set(['mp3lame-encoder', 'mp3lame-sys']);

/** Whether one of the licences on offer, or each of those that go together, is among them. */
function isFree(expression) {
  const parts = (text, word) => text.split(new RegExp(` ${word} |${word === 'OR' ? '/' : '\0'}`));
  const plain = expression.replaceAll(/[()]/g, '');
  return parts(plain, 'AND').every((group) => parts(group, 'OR').some((licence) => LICENCES.has(licence.trim())));
}

const metadata = execFileSync('cargo', ['metadata', '--format-version', '1', '--locked'], { maxBuffer: 1 << 28 });
const { packages, workspace_members: own } = JSON.parse(metadata);
const faults = [];
for (const { id, name, license, source } of packages.filter(({ id }) => !own.includes(id))) {
  if (!isFree(license ?? '') && !OPTIONAL.has(name)) faults.push(`${name}: licence ${license}`);
  if (source !== 'registry+https://github.com/rust-lang/crates.io-index') faults.push(`${name}: from ${source ?? id}`);
}
const { packages: npm } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const installed = Object.entries(npm).filter(([path, { link }]) => path.includes('node_modules/') && !link);
for (const [path, { license, resolved, integrity }] of installed) {
  if (!isFree(license ?? '')) faults.push(`${path}: licence ${license}`);
  if (resolved && !resolved.startsWith('https://registry.npmjs.org/')) faults.push(`${path}: from ${resolved}`);
  if (!integrity) faults.push(`${path}: without a hash`);
}
assert.deepEqual(faults, []);
console.log(
  `${packages.length - own.length} crates and ${installed.length} npm packages: licences and sources are right`,
);

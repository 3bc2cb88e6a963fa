import { LangduError } from './errors.js';

/** The smallest module with a SIMD instruction in it: a function that makes a v128 and drops it. */
const PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11,
]);

export function requireSimd(): void {
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(PROBE)) {
    throw new LangduError('E_WASM_SIMD', 'This browser has no WebAssembly SIMD');
  }
}

/** The builds of the engine, one folder each: a browser that lacks an instruction refuses the whole file. */
import { LangduError } from '../wire/errors.js';

/** The smallest modules with the instructions that a build needs: a function that makes a v128 and drops it. */
const SIMD = [10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11];
const RELAXED_SIMD = [10, 16, 1, 14, 0, 65, 0, 253, 15, 65, 0, 253, 15, 253, 128, 2, 26, 11];

/** The folder of the fastest build that this browser runs. Throws `E_WASM_SIMD` if it runs none. */
export function chooseBuild(base: URL): URL {
  if (!runs(SIMD)) throw new LangduError('E_WASM_SIMD', 'This browser has no WebAssembly SIMD');
  return runs(RELAXED_SIMD) ? new URL('relaxed/', base) : base;
}

/** Whether the browser takes a module with this code section. */
function runs(code: number[]): boolean {
  const header = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0];
  return typeof WebAssembly !== 'undefined' && WebAssembly.validate(new Uint8Array([...header, ...code]));
}

/** Compiles a build while it arrives. Every worker gets the result: it is compiled once. */
export async function compileEngine(build: URL): Promise<WebAssembly.Module> {
  const url = new URL('engine_bg.wasm', build);
  try {
    return await WebAssembly.compileStreaming(fetch(url));
  } catch {
    // A server that does not know the type of the file.
    return WebAssembly.compile(await (await fetch(url)).arrayBuffer());
  }
}

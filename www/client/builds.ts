/** The builds of the engine: a browser that lacks an instruction refuses the whole file. */
import { LangduError } from '../wire/errors.js';
import { refusal } from '../wire/policy.js';

export type Build = 'simd128' | 'relaxed';

/** The smallest modules with the instructions that a build needs: a function that makes a v128 and drops it. */
const SIMD = [10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11];
const RELAXED_SIMD = [10, 16, 1, 14, 0, 65, 0, 253, 15, 65, 0, 253, 15, 253, 128, 2, 26, 11];

/** The fastest build that this browser runs. Throws `E_WASM_SIMD` if it runs none. */
export function chooseBuild(): Build {
  if (!runs(SIMD)) throw new LangduError('E_WASM_SIMD', 'This browser has no WebAssembly SIMD');
  return runs(RELAXED_SIMD) ? 'relaxed' : 'simd128';
}

/** Whether the browser takes a module with this code section. */
function runs(code: number[]): boolean {
  const header = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0];
  return typeof WebAssembly !== 'undefined' && WebAssembly.validate(new Uint8Array([...header, ...code]));
}

/** Compiles a build while it arrives. Every worker gets the result: it is compiled once. Rejects with a coded error. */
export async function compileEngine(url: string): Promise<WebAssembly.Module> {
  const response = await fetch(url).catch(async (error) => {
    throw (await refusal(url)) ?? new LangduError('E_NETWORK', `${url} could not be fetched: ${error.message}`);
  });
  if (!response.ok) {
    throw new LangduError('E_FILE_MISSING', `${url}: ${response.status} ${response.statusText}`);
  }
  try {
    if (response.headers.get('content-type')?.startsWith('application/wasm')) {
      return await WebAssembly.compileStreaming(response);
    }
    return await WebAssembly.compile(await wasm(url, response));
  } catch (error) {
    throw error instanceof LangduError ? error : await uncompiled(url, error);
  }
}

/** The bytes of a file whose server does not know its type. */
async function wasm(url: string, response: Response): Promise<ArrayBuffer> {
  const bytes = await response.arrayBuffer();
  const [zero, a, s, m] = new Uint8Array(bytes);
  if (zero === 0 && a === 97 && s === 115 && m === 109) return bytes;
  throw another(url, response.headers.get('content-type')?.startsWith('text/html') ? 'an HTML page' : 'another file');
}

function another(url: string, found: string): LangduError {
  return new LangduError(
    'E_FILE_MISSING',
    `Where the engine should be, at ${url}, there is ${found}. Serve the files of langdu as they are (npx langdu init) and name their folder in baseUrl`,
  );
}

function uncompiled(url: string, error: unknown): LangduError {
  const message = error instanceof Error ? error.message : String(error);
  if (/unsafe-eval|Content.Security.Policy|\bCSP\b/i.test(message)) {
    return new LangduError(
      'E_FILE_BLOCKED',
      `The Content-Security-Policy refuses to compile ${url}: script-src needs 'wasm-unsafe-eval'`,
    );
  }
  // No engine begins so.
  if (/magic|\\0asm/.test(message)) return another(url, 'another file, perhaps an HTML page');
  if (error instanceof TypeError) return new LangduError('E_NETWORK', `${url}: the connection broke off: ${message}`);
  return new LangduError('E_FILE_TYPE', `${url} is damaged or was made for another browser: ${message}`);
}

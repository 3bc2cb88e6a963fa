/** What a visitor downloads: bytes of the engine and of the voice, plain and under brotli. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';

const compress = promisify(brotliCompress);

async function sizes(paths) {
  const sums = { plain: 0, brotli: 0 };
  for (const path of paths) {
    const bytes = await readFile(path);
    const params = { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    sums.plain += bytes.length;
    sums.brotli += (await compress(bytes, { params })).length;
  }
  return sums;
}

/** @param {string} dist the built page @param {string} folder the voice's */
export async function measureSizes(dist, folder) {
  const files = (await readdir(folder)).filter((name) => /\.(json|onnx)$/.test(name));
  const [plain, relaxed, text, voiceFiles] = await Promise.all([
    sizes([join(dist, 'engine_bg.wasm')]),
    sizes([join(dist, 'relaxed', 'engine_bg.wasm')]),
    sizes([join(dist, 'text.bin')]),
    sizes(files.map((name) => join(folder, name))),
  ]);
  return {
    wasm: plain.plain,
    wasm_brotli: plain.brotli,
    wasm_relaxed: relaxed.plain,
    wasm_relaxed_brotli: relaxed.brotli,
    text: text.plain,
    text_brotli: text.brotli,
    voice: voiceFiles.plain,
    voice_brotli: voiceFiles.brotli,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
  const megabytes = Object.entries(await measureSizes(dist, join(dist, 'voices', 'xiaolang'))).map(([name, bytes]) => [
    name,
    { MB: (bytes / 1e6).toFixed(2) },
  ]);
  console.table(Object.fromEntries(megabytes));
}

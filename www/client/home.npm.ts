/**
 * Where the files of the package lie when a bundler has been at it: it finds them by `new URL('…', import.meta.url)`, copies
 * each of them as it is, and names it as it likes. The addresses must stand here literally.
 */
import voice from '@langdu/voice-xiaolang';
import type { Home } from './files.js';

/**
 * The development server of Vite before version 8 moves this module, and not the files it names. It serves them where they are
 * installed.
 */
const MOVED = /\/\.vite\/deps[^/]*\/[^/]*$/;

function here(file: URL, name: string): string {
  if (!MOVED.test(import.meta.url.split('?')[0] ?? '')) return file.href;
  // In one piece a bundler would take it for all files of that folder.
  const installed = ['..', '..', 'langdu', 'dist', name].join('/');
  return new URL(installed, import.meta.url).href;
}

const text = () => here(new URL('./text.bin', import.meta.url), 'text.bin');

export const home: Home = {
  base: () => null,
  engine: (build) =>
    build === 'relaxed'
      ? {
          worker: here(new URL('./relaxed/worker.js', import.meta.url), 'relaxed/worker.js'),
          vocoder: here(new URL('./relaxed/vocoder.js', import.meta.url), 'relaxed/vocoder.js'),
          wasm: here(new URL('./relaxed/engine_bg.wasm', import.meta.url), 'relaxed/engine_bg.wasm'),
          text: text(),
        }
      : {
          worker: here(new URL('./worker.js', import.meta.url), 'worker.js'),
          vocoder: here(new URL('./vocoder.js', import.meta.url), 'vocoder.js'),
          wasm: here(new URL('./engine_bg.wasm', import.meta.url), 'engine_bg.wasm'),
          text: text(),
        },
  player: () => here(new URL('./player.worklet.js', import.meta.url), 'player.worklet.js'),
  voice,
};

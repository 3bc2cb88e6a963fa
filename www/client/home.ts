/** Where the files of this build lie: beside this script, each under its own name. */
import type { EngineFiles } from '../wire/messages.js';
import type { Home } from './files.js';

export const home: Home = {
  base: () => new URL('.', import.meta.url),
  engine: (): EngineFiles | null => null,
  player: () => null,
  voice: null,
};

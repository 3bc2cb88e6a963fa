/** What a server gets when it imports the package: nothing of the browser's is touched, and calls say where they belong. */
import { notHere } from '../wire/errors.js';
import type { LoadOptions, Langdu as Real } from './langdu.js';

export { LangduError } from '../wire/errors.js';
export { captions, toSubtitles } from './subtitles.js';
export { EMOTION_PRESET } from './templates.js';

export class Langdu {
  private constructor() {
    throw notHere();
  }

  static async load(_options?: LoadOptions): Promise<Real> {
    throw notHere();
  }
}

export async function listVoices(): Promise<string[]> {
  return [];
}

export async function removeVoice(_name: string): Promise<void> {
  throw notHere();
}

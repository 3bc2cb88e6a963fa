/** The voice: loaded ahead of the first tap, changed without losing the one that speaks. */
import { effect, signal } from '@preact/signals';
import type { Langdu, SpeakerInfo } from 'langdu';
import { describeError } from './faults.js';
import { notify } from './notices.js';

/** The voice that comes with the app. */
export const BUNDLED = 'xiaolang';

export interface EngineState {
  status: 'idle' | 'loading' | 'ready' | 'failed';
  /** Part of the voice that has arrived, 0 to 1. */
  progress: number;
  voice: string;
  emotions: string[];
  speakers: SpeakerInfo[];
  /** Whether this voice can change its pitch. */
  pitch: boolean;
  sampleRate: number;
  /** Why there is none. */
  code: string;
}

export const engine = signal<EngineState>({
  status: 'idle',
  progress: 0,
  voice: '',
  emotions: ['neutral'],
  speakers: [],
  pitch: true,
  sampleRate: 24_000,
  code: '',
});

effect(() => {
  document.documentElement.dataset.voice = engine.value.status;
});

let current: Promise<Langdu> | null = null;
let speaking: Langdu | null = null;

/** The module of the package; what it exports is all that the app knows of the engine. */
export const library = () => import('langdu');

export type Wanted = { voice: string } | { pack: File[] };

/** The voice that is loaded, or the one that loads. */
export function voice(wanted: Wanted): Promise<Langdu> {
  const name = 'voice' in wanted ? wanted.voice : '';
  if (current && name && name === engine.value.voice) return current;
  const loading = load(wanted, name);
  current = loading;
  loading.catch(() => {
    // The next call tries again.
    if (current === loading) current = speaking && engine.value.status === 'ready' ? Promise.resolve(speaking) : null;
  });
  return loading;
}

/** The voice of this name; where it is gone, the app's own. */
export async function voiceNamed(name: string): Promise<Langdu> {
  try {
    return await voice({ voice: name });
  } catch (error) {
    if (name === BUNDLED || (error as { code?: unknown }).code !== 'E_VOICE_UNKNOWN') throw error;
    return voice({ voice: BUNDLED });
  }
}

async function load(wanted: Wanted, name: string): Promise<Langdu> {
  const before = engine.value;
  engine.value = { ...before, status: 'loading', progress: 0, voice: name, code: '' };
  try {
    const { Langdu } = await library();
    const langdu = await Langdu.load({
      ...wanted,
      baseUrl: document.baseURI,
      onProgress: ({ loaded, total }) => {
        const progress = total > 0 ? Math.floor((loaded / total) * 20) / 20 : 0;
        if (progress !== engine.value.progress) engine.value = { ...engine.value, progress };
      },
    });
    const old = speaking;
    speaking = langdu;
    const { emotions, speakers, pitch, sampleRate } = langdu.voice;
    engine.value = {
      status: 'ready',
      progress: 1,
      voice: name || langdu.voice.name,
      emotions,
      speakers,
      pitch,
      sampleRate,
      code: '',
    };
    void old?.dispose();
    return langdu;
  } catch (error) {
    const { text, code } = describeError(error, 'E_WORKER');
    notify({ kind: 'error', text, code });
    engine.value = speaking ? { ...before, status: 'ready' } : { ...before, status: 'failed', voice: '', code };
    throw error;
  }
}

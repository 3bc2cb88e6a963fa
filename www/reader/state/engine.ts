/** The voice: loaded ahead of the first tap, changed without losing the one that speaks. */
import { signal } from '@preact/signals';
import type { Langdu } from 'langdu';

export interface EngineState {
  status: 'idle' | 'loading' | 'ready' | 'failed';
  /** Part of the voice that has arrived, 0 to 1. */
  progress: number;
  voice: string;
  emotions: string[];
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
  pitch: true,
  sampleRate: 16_000,
  code: '',
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
    const { emotions, pitch, sampleRate } = langdu.voice;
    engine.value = {
      status: 'ready',
      progress: 1,
      voice: name || langdu.voice.name,
      emotions,
      pitch,
      sampleRate,
      code: '',
    };
    void old?.dispose();
    return langdu;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    engine.value = speaking
      ? { ...before, status: 'ready' }
      : { ...before, status: 'failed', voice: '', code: typeof code === 'string' ? code : 'E_WORKER' };
    throw error;
  }
}

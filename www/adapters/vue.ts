/** langdu in Vue: one Langdu for the page, and each component's own speech. */
import type { Langdu, LangduError, SpeakOptions, SpeakResult, TextSource } from 'langdu';
import { onMounted, onScopeDispose, type Ref, ref, shallowRef } from 'vue';
import { acquire, release, type SharedOptions } from './shared.js';

export interface UseLangdu {
  /** Null until it is loaded. */
  langdu: Readonly<Ref<Langdu | null>>;
  /** Why it could not be loaded. */
  error: Readonly<Ref<LangduError | null>>;
  speaking: Readonly<Ref<boolean>>;
  paused: Readonly<Ref<boolean>>;
  /** Waits until it is loaded. What a component says ends with it. */
  speak(text: TextSource, options?: Omit<SpeakOptions, 'signal'>): Promise<SpeakResult>;
  /** Ends what this component says. */
  cancel(): void;
  pause(): void;
  resume(): void;
}

/** Loads when the first component that uses it is mounted; gives back when the last one has gone. */
export function useLangdu(options: SharedOptions = {}): UseLangdu {
  const langdu = shallowRef<Langdu | null>(null);
  const error = shallowRef<LangduError | null>(null);
  const speaking = ref(false);
  const paused = ref(false);
  let loading: Promise<Langdu> | null = null;
  let voice = new AbortController();
  let stop = () => {};
  let gone = false;

  // Not on a server.
  onMounted(() => {
    loading = acquire(options);
    loading.then(
      (loaded) => {
        if (gone) return;
        langdu.value = loaded;
        stop = loaded.on('state', (state) => {
          speaking.value = state.speaking;
          paused.value = state.paused;
        });
      },
      (reason) => {
        error.value = reason;
      },
    );
  });
  onScopeDispose(() => {
    gone = true;
    stop();
    voice.abort();
    if (loading) release(options);
  });

  return {
    langdu,
    error,
    speaking,
    paused,
    speak: async (text, options = {}) => {
      const { signal } = voice;
      if (!loading) throw new Error('useLangdu: speak() before the component is mounted');
      return (await loading).speak(text, { ...options, signal });
    },
    cancel: () => {
      voice.abort();
      voice = new AbortController();
    },
    pause: () => langdu.value?.pause(),
    resume: () => langdu.value?.resume(),
  };
}

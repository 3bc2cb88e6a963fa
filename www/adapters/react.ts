/** langdu in React: one Langdu for the page, and each component's own speech. */
import type { Langdu, LangduError, SpeakOptions, SpeakResult, TextSource } from 'langdu';
import { useCallback, useEffect, useRef, useState } from 'react';
import { acquire, keyOf, release, type SharedOptions } from './shared.js';

export interface UseLangdu {
  /** Null until it is loaded. */
  langdu: Langdu | null;
  /** Why it could not be loaded. */
  error: LangduError | null;
  ready: boolean;
  speaking: boolean;
  paused: boolean;
  /** Waits until it is loaded. What a component says ends with it. */
  speak(text: TextSource, options?: Omit<SpeakOptions, 'signal'>): Promise<SpeakResult>;
  /** Ends what this component says. */
  cancel(): void;
  pause(): void;
  resume(): void;
}

/** Loads when the first component that uses it is there; gives back when the last one has gone. */
export function useLangdu(options: SharedOptions = {}): UseLangdu {
  const key = keyOf(options);
  const wanted = useRef(options);
  wanted.current = options;
  const loading = useRef<Promise<Langdu> | null>(null);
  const voice = useRef(new AbortController());
  const [langdu, setLangdu] = useState<Langdu | null>(null);
  const [error, setError] = useState<LangduError | null>(null);
  const [{ speaking, paused }, setState] = useState({ speaking: false, paused: false });

  useEffect(() => {
    const given = wanted.current;
    let gone = false;
    let stop = () => {};
    voice.current = new AbortController();
    loading.current = acquire(given);
    loading.current.then(
      (langdu) => {
        if (gone) return;
        setLangdu(langdu);
        setError(null);
        setState({ speaking: langdu.speaking, paused: langdu.paused });
        stop = langdu.on('state', setState);
      },
      (error) => {
        if (!gone) setError(error);
      },
    );
    return () => {
      gone = true;
      stop();
      voice.current.abort();
      setLangdu(null);
      release(given);
    };
  }, [key]);

  const speak = useCallback(async (text: TextSource, options: Omit<SpeakOptions, 'signal'> = {}) => {
    const { signal } = voice.current;
    if (!loading.current) throw new Error('useLangdu: speak() before the component is mounted');
    return (await loading.current).speak(text, { ...options, signal });
  }, []);
  const cancel = useCallback(() => {
    voice.current.abort();
    voice.current = new AbortController();
  }, []);
  const pause = useCallback(() => void loading.current?.then((langdu) => langdu.pause()).catch(() => undefined), []);
  const resume = useCallback(() => void loading.current?.then((langdu) => langdu.resume()).catch(() => undefined), []);
  return { langdu, error, ready: langdu !== null, speaking, paused, speak, cancel, pause, resume };
}

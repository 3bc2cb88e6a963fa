'use client';

import { useLangdu } from 'langdu/react';

export function Reader({ text }) {
  const { ready, speaking, error, speak } = useLangdu();
  return (
    <main>
      <p>{text}</p>
      <button id="speak" type="button" disabled={!ready || speaking} onClick={() => speak(text)}>
        朗读
      </button>
      {error && <p role="alert">{error.code}</p>}
    </main>
  );
}

import { install } from 'langdu/speech-synthesis';
import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { useSpeech } from 'react-text-to-speech';

install({ native: false });

function Reader({ text }) {
  const [ready, setReady] = useState(speechSynthesis.getVoices().length > 0);
  const { Text, speechStatus, start } = useSpeech({ text, lang: 'zh-CN', highlightText: true, stableText: true });
  useEffect(() => {
    const changed = () => setReady(speechSynthesis.getVoices().length > 0);
    speechSynthesis.addEventListener('voiceschanged', changed);
    return () => speechSynthesis.removeEventListener('voiceschanged', changed);
  }, []);
  return (
    <main>
      <Text />
      <button id="speak" type="button" disabled={!ready || speechStatus === 'started'} onClick={start}>
        朗读
      </button>
    </main>
  );
}

createRoot(document.getElementById('app')).render(
  <StrictMode>
    <Reader text="今天天气不错，早上好！" />
  </StrictMode>,
);

/** What has been spoken and is kept. */
import { useEffect, useState } from 'preact/hooks';
import { formatBytes, t } from '../../language/index.js';
import { engine, voiceNamed } from '../../state/engine.js';
import { settings } from '../../state/settings.js';

export function SpeechCache() {
  const [stats, setStats] = useState<{ bytes: number; stored: boolean } | null>(null);
  const cache = async () => (await voiceNamed(settings.value.voice)).cache;
  const show = async () => setStats(await (await cache()).stats());
  useEffect(() => {
    if (engine.value.status === 'ready') show().catch(() => setStats(null));
  }, [engine.value.status]);
  if (!stats) return null;
  return (
    <p class="cache-row">
      <span>{t(stats.stored ? 'storage.speech' : 'storage.speechLost', { size: formatBytes(stats.bytes) })}</span>
      <button
        type="button"
        class="small"
        id="clear-speech"
        onClick={() => {
          void cache()
            .then((kept) => kept.clear())
            .then(show)
            .catch(() => setStats(null));
        }}
      >
        {t('storage.clear')}
      </button>
    </p>
  );
}

/** What holds for the whole app. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { formatBytes, LANGUAGES, t } from '../../language/index.js';
import { go } from '../../router.js';
import { describeError } from '../../state/faults.js';
import { notify } from '../../state/notices.js';
import { change, settings } from '../../state/settings.js';
import { changed, shelf } from '../../state/shelf.js';
import { DEFAULT_RULES } from '../../text/rules.js';
import { LookChoices } from '../dialogs/look.js';
import { VoiceChoices } from '../dialogs/voice.js';
import { Choice, IconButton, Progress } from '../parts.js';
import { Lexicon } from './lexicon.js';
import { Rules } from './rules.js';
import { SpeechCache } from './speech-cache.js';

export function SettingsView() {
  return (
    <main class="page settings" id="settings">
      <header class="page-head">
        <IconButton icon="back" label={t('action.back')} onClick={() => go({ view: 'library' })} />
        <h1>{t('settings.title')}</h1>
      </header>
      <section aria-labelledby="settings-voice">
        <h2 id="settings-voice">{t('voice.title')}</h2>
        <VoiceChoices />
      </section>
      <section aria-labelledby="settings-look">
        <h2 id="settings-look">{t('book.look')}</h2>
        <LookChoices />
        <Choice
          id="language"
          label={t('settings.language')}
          value={settings.value.language}
          choices={[['auto', t('settings.auto')], ...(Object.entries(LANGUAGES) as ['zh-CN', string][])]}
          onChange={(language) => change({ language })}
        />
      </section>
      <section aria-labelledby="settings-readings">
        <h2 id="settings-readings">{t('lexicon.title')}</h2>
        <Lexicon lexicon={settings.value.lexicon} onChange={(lexicon) => change({ lexicon })} />
      </section>
      <section aria-labelledby="settings-rules">
        <h2 id="settings-rules">{t('rules.title')}</h2>
        <p class="hint">{t('rules.hint')}</p>
        <Rules rules={settings.value.rules} sample={[]} onChange={(rules) => change({ rules })} />
        <button type="button" class="small" onClick={() => change({ rules: DEFAULT_RULES })}>
          {t('rules.reset')}
        </button>
      </section>
      <Storage />
    </main>
  );
}

function Storage() {
  const [estimate, setEstimate] = useState<StorageEstimate | null>(null);
  const [busy, setBusy] = useState<number | null>(null);
  useEffect(() => void navigator.storage?.estimate?.().then(setEstimate, () => undefined), [shelf.value]);
  const abort = useRef<AbortController | null>(null);
  const work = async (job: (onProgress: (part: number) => void, signal: AbortSignal) => Promise<void>) => {
    abort.current = new AbortController();
    const { signal } = abort.current;
    setBusy(0);
    try {
      await job(setBusy, signal);
    } catch (error) {
      if (!signal.aborted) notify({ kind: 'error', ...describeError(error, 'E_STORE') });
    }
    setBusy(null);
  };
  const save = () =>
    work(async (onProgress, signal) => {
      const { exportLibrary } = await import('../../library/backup.js');
      const blob = await exportLibrary(onProgress, signal);
      const link = document.createElement('a');
      link.href = URL.createObjectURL(blob);
      link.download = `langdu-${new Date().toISOString().slice(0, 10)}.zip`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    });
  const restore = (file: File) =>
    work(async (onProgress, signal) => {
      const { importLibrary } = await import('../../library/backup.js');
      const added = await importLibrary(file, onProgress, signal);
      await changed();
      notify({ kind: 'info', text: t('storage.restored', { n: added }) });
    });
  return (
    <section aria-labelledby="settings-storage">
      <h2 id="settings-storage">{t('storage.title')}</h2>
      {estimate && (
        <p>{t('storage.used', { used: formatBytes(estimate.usage ?? 0), quota: formatBytes(estimate.quota ?? 0) })}</p>
      )}
      <ul class="storage-list">
        {(shelf.value ?? []).map(({ book }) => (
          <li key={book.id}>
            <span>{book.title}</span>
            <span>{formatBytes(book.bytes + book.characters * 2)}</span>
          </li>
        ))}
      </ul>
      <SpeechCache />
      <div class="actions">
        <button type="button" id="backup" disabled={busy !== null} onClick={() => void save()}>
          {t('storage.backup')}
        </button>
        <label class="button">
          {t('storage.restore')}
          <input
            class="unseen"
            type="file"
            id="restore"
            accept=".zip"
            disabled={busy !== null}
            onChange={(event) => {
              const [file] = event.currentTarget.files ?? [];
              event.currentTarget.value = '';
              if (file) void restore(file);
            }}
          />
        </label>
      </div>
      {busy !== null && (
        <div class="actions">
          <Progress label={t('storage.title')} value={busy} />
          <button type="button" class="small" onClick={() => abort.current?.abort()}>
            {t('action.cancel')}
          </button>
        </div>
      )}
    </section>
  );
}

/** What holds for this book alone: its name, how its file is read, readings, rules. */
import { useEffect, useState } from 'preact/hooks';
import { formatBytes, formatCount, t } from '../../language/index.js';
import { type BookRecord, getChapter } from '../../library/store.js';
import { book, changeOpenBook, index, reopen, speakAnew } from '../../state/desk.js';
import { describeError } from '../../state/faults.js';
import { notify } from '../../state/notices.js';
import { reimport } from '../../state/shelf.js';
import { ENCODINGS } from '../../text/encoding.js';
import { Dialog } from '../parts.js';
import { Lexicon } from '../settings/lexicon.js';
import { Rules } from '../settings/rules.js';

export function BookSettings({ onClose }: { onClose: () => void }) {
  const record = book.value;
  return record && <Form record={record} onClose={onClose} />;
}

function Form({ record, onClose }: { record: BookRecord; onClose: () => void }) {
  // Rules are tried on the chapter as it is kept: in what is shown they have been at work already.
  const [sample, setSample] = useState<string[]>([]);
  useEffect(() => {
    void getChapter(record.id, index.value).then((kept) => setSample(kept?.paragraphs.map(({ text }) => text) ?? []));
  }, [record.id, index.value]);
  const { settings } = record;
  const set = (part: Partial<typeof settings>) =>
    changeOpenBook((kept) => ({ ...kept, settings: { ...kept.settings, ...part } }));
  return (
    <Dialog title={t('book.settings')} onClose={onClose} id="book-dialog">
      <div class="fields">
        <label class="field">
          <span>{t('book.name')}</span>
          {/* Not its value: what is being typed stays while something else is shown anew. */}
          <input
            defaultValue={record.title}
            id="title"
            onChange={(event) => {
              const title = event.currentTarget.value.trim();
              void changeOpenBook((kept) => ({ ...kept, title: title || kept.title }));
            }}
          />
        </label>
        <label class="field">
          <span>{t('book.author')}</span>
          <input
            defaultValue={record.author}
            onChange={(event) => {
              const author = event.currentTarget.value.trim();
              void changeOpenBook((kept) => ({ ...kept, author }));
            }}
          />
        </label>
      </div>
      <p class="hint">
        {[
          record.format.toUpperCase(),
          formatCount(record.characters),
          t('book.chapterCount', { n: record.chapters }),
          formatBytes(record.bytes),
        ].join(' · ')}
      </p>
      {record.format === 'txt' && <Source onClose={onClose} />}
      <details open>
        <summary>{t('lexicon.book')}</summary>
        <Lexicon lexicon={settings.lexicon ?? {}} onChange={(lexicon) => void set({ lexicon }).then(speakAnew)} />
      </details>
      <details>
        <summary>{t('rules.book')}</summary>
        <Rules rules={settings.rules ?? []} sample={sample} onChange={(rules) => void set({ rules }).then(speakAnew)} />
      </details>
    </Dialog>
  );
}

/** How the file was read, to be put right by hand. */
function Source({ onClose }: { onClose: () => void }) {
  const [busy, setBusy] = useState(false);
  const record = book.value;
  if (!record) return null;
  const again = async (part: { encoding?: string; headings?: string }) => {
    setBusy(true);
    try {
      await reimport({ ...record, settings: { ...record.settings, ...part } });
      onClose();
      await reopen();
    } catch (error) {
      notify({ kind: 'error', ...describeError(error, 'E_BOOK_BROKEN') });
      setBusy(false);
    }
  };
  return (
    <fieldset class="fields" disabled={busy}>
      <legend>{t('book.source')}</legend>
      <label class="field">
        <span>{t('book.encoding')}</span>
        <select
          id="encoding"
          value={record.settings.encoding ?? 'utf-8'}
          onChange={(event) => void again({ encoding: event.currentTarget.value })}
        >
          {ENCODINGS.map((encoding) => (
            <option key={encoding} value={encoding}>
              {encoding.toUpperCase()}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{t('book.headings')}</span>
        <input
          id="headings"
          placeholder="^第.+[章回]"
          spellcheck={false}
          defaultValue={record.settings.headings ?? ''}
          onChange={(event) => {
            const field = event.currentTarget;
            try {
              new RegExp(field.value, 'u');
              field.setCustomValidity('');
              void again({ headings: field.value });
            } catch {
              field.setCustomValidity(t('rules.wrong'));
              field.reportValidity();
            }
          }}
        />
      </label>
    </fieldset>
  );
}

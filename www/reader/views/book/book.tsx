/** An open book: text, contents, player. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../../language/index.js';
import { go } from '../../router.js';
import { backToVoice, book, chapter, contents, following, index, listening, openBook } from '../../state/desk.js';
import { exportBook } from '../export/open.js';
import { Icon, IconButton } from '../parts.js';
import { Player } from '../player/player.js';
import { BookDialogs, type DialogName, dialog } from './dialogs.js';
import { BookText, Skeleton } from './text.js';

const missing = signal(false);

export function Book({ id }: { id: string }) {
  useEffect(() => {
    missing.value = false;
    void openBook(id).then((found) => {
      missing.value = !found;
    });
  }, [id]);
  if (missing.value) return <Missing />;
  // Until this one is there, the book before is not shown.
  const record = book.value?.id === id ? book.value : null;
  const open = (name: DialogName) => () => {
    dialog.value = name;
  };
  const heard = listening.value;
  const apart = heard !== null && heard.status !== 'idle' && (!following.value || heard.chapter !== index.value);
  return (
    <div class="book" id="book">
      <header class="book-head">
        <IconButton icon="back" label={t('book.back')} onClick={() => go({ view: 'library' })} />
        <h1>
          <span>{record?.title ?? ''}</span>
          <small>{record && (chapter.value?.title || record.author)}</small>
        </h1>
        <IconButton id="contents" icon="contents" label={t('book.contents')} keys="C" onClick={open('contents')} />
        <IconButton id="look" icon="letters" label={t('book.look')} onClick={open('look')} />
        <IconButton
          id="export"
          icon="export"
          label={t('export.title')}
          onClick={() => {
            exportBook.value = record;
          }}
        />
        <IconButton id="book-settings" icon="more" label={t('book.settings')} onClick={open('book')} />
      </header>
      <main class="book-main">{record ? <BookText /> : <Skeleton />}</main>
      {apart && (
        <button type="button" class="back-to-voice" id="back-to-voice" onClick={() => void backToVoice()}>
          <Icon name="follow" />
          {t('book.backToVoice')}
        </button>
      )}
      {record && contents.value.length > 0 && <Player />}
      <BookDialogs />
    </div>
  );
}

function Missing() {
  return (
    <main class="page">
      <h1>{t('book.missing')}</h1>
      <button type="button" class="primary" onClick={() => go({ view: 'library' })}>
        {t('book.back')}
      </button>
    </main>
  );
}

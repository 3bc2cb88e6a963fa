/** The view that is open, and what lies over every view. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../language/index.js';
import { link, route } from '../router.js';
import { book, closeBook, listening } from '../state/desk.js';
import { dismiss, notice } from '../state/notices.js';
import { applyUpdate, updateReady } from '../state/offline.js';
import { refreshShelf } from '../state/shelf.js';
import { Book } from './book/book.js';
import { dialog } from './book/dialogs.js';
import { exportBook } from './export/open.js';
import { Help } from './keys.js';
import { lazy } from './lazy.js';
import { filesOf, openFiles } from './library/dropped.js';
import { Library } from './library/library.js';
import { Icon, IconButton } from './parts.js';

const SettingsView = lazy(() => import('./settings/settings.js').then(({ SettingsView }) => SettingsView));
const Paste = lazy(() => import('./library/paste.js').then(({ Paste }) => Paste));
const ExportDialog = lazy(() => import('./export/export.js').then(({ ExportDialog }) => ExportDialog));

export function App() {
  const { value } = route;
  useEffect(() => {
    // The way back leads out of what lies over a view as well.
    exportBook.value = null;
    dialog.value = null;
    // A voice that reads goes on while its reader looks at the shelf.
    if (value.view !== 'library') return;
    if (listening.value?.status === 'idle') closeBook();
    void refreshShelf();
  }, [value]);
  return (
    <>
      {value.view === 'book' ? (
        <Book id={value.id} />
      ) : value.view === 'settings' ? (
        <SettingsView />
      ) : value.view === 'paste' ? (
        <Paste />
      ) : (
        <Library />
      )}
      {value.view === 'library' && book.value && listening.value && listening.value.status !== 'idle' && (
        <aside aria-label={t('player.title')}>
          <a class="now-reading" href={link({ view: 'book', id: book.value.id })}>
            <Icon name="voice" />
            {t('library.nowReading', { title: book.value.title })}
          </a>
        </aside>
      )}
      <Notices />
      <Drop />
      <Help />
      {exportBook.value && <ExportDialog record={exportBook.value} />}
    </>
  );
}

function Notices() {
  const shown = notice.value;
  return (
    <div class="notices">
      {updateReady.value && (
        <div class="notice" role="status" id="update">
          <span>{t('update.ready')}</span>
          <button type="button" class="small" onClick={applyUpdate}>
            {t('update.apply')}
          </button>
        </div>
      )}
      <div aria-live="polite">
        {shown && (
          <div class={`notice ${shown.kind}`} id="notice" data-code={shown.code}>
            <span>{shown.text}</span>
            {shown.action && (
              <button
                type="button"
                class="small"
                onClick={() => {
                  shown.action?.run();
                  dismiss();
                }}
              >
                {shown.action.label}
              </button>
            )}
            <IconButton icon="close" class="small" label={t('action.close')} onClick={dismiss} />
          </div>
        )}
      </div>
    </div>
  );
}

const dragging = signal(false);

/** Files can be dropped anywhere. */
function Drop() {
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      dragging.value = true;
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) dragging.value = false;
    };
    const drop = (event: DragEvent) => {
      dragging.value = false;
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      void filesOf(event.dataTransfer).then(openFiles);
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, []);
  return dragging.value ? <div class="drop">{t('library.drop')}</div> : null;
}

/** The bookshelf. */
import { signal } from '@preact/signals';
import { formatCount, formatWhen, t } from '../../language/index.js';
import { go, link } from '../../router.js';
import { change, settings } from '../../state/settings.js';
import { arrivals, latest, query, removeArrival, removeBook, type Shelved, shelf, shown } from '../../state/shelf.js';
import { exportBook } from '../export/open.js';
import { Icon, IconButton, Progress } from '../parts.js';
import { Cover } from './cover.js';
import { FileInput, OpenButton } from './open-button.js';
import { bringSample } from './sample.js';

const menu = signal<string | null>(null);

export function Library() {
  const books = shelf.value;
  return (
    <main class="library" id="library">
      <header class="library-head">
        <img class="seal" src="icon.svg" alt="" width="40" height="40" />
        <h1>{t('library.title')}</h1>
        <OpenButton />
        <IconButton id="paste" icon="paste" label={t('library.paste')} onClick={() => go({ view: 'paste' })} />
        <IconButton
          id="open-settings"
          icon="settings"
          label={t('settings.title')}
          onClick={() => go({ view: 'settings' })}
        />
      </header>
      {books === null ? null : books.length === 0 && arrivals.value.length === 0 ? <Empty /> : <Shelf />}
    </main>
  );
}

function Shelf() {
  return (
    <>
      <Continue />
      <search class="library-tools">
        <label class="search">
          <Icon name="search" />
          <span class="unseen">{t('library.search')}</span>
          <input
            type="search"
            id="search"
            placeholder={t('library.search')}
            value={query.value}
            onInput={(event) => {
              query.value = event.currentTarget.value;
            }}
          />
        </label>
        <label class="sort">
          <span class="unseen">{t('library.sort')}</span>
          <select
            id="sort"
            value={settings.value.sort}
            onChange={(event) => change({ sort: event.currentTarget.value as 'recent' })}
          >
            <option value="recent">{t('sort.recent')}</option>
            <option value="added">{t('sort.added')}</option>
            <option value="title">{t('sort.title')}</option>
            <option value="author">{t('sort.author')}</option>
          </select>
        </label>
      </search>
      <ul class="books" aria-label={t('library.title')}>
        {arrivals.value.map(({ id, name, progress, fault, code, cancel }) => (
          <li key={`arrival-${id}`} class={`book-card arrival ${fault ? 'broken' : ''}`} data-code={code}>
            <div class="cover drawn">
              <span class="cover-title">{name}</span>
            </div>
            {fault ? (
              <>
                <p class="fault" role="alert">
                  {fault}
                </p>
                <button type="button" class="small" onClick={() => removeArrival(id)}>
                  {t('action.remove')}
                </button>
              </>
            ) : (
              <>
                <Progress label={t('library.importing', { name })} value={progress} />
                <button type="button" class="small" onClick={cancel}>
                  {t('action.cancel')}
                </button>
              </>
            )}
          </li>
        ))}
        {shown.value.map((item) => (
          <Card key={item.book.id} {...item} />
        ))}
      </ul>
      {shown.value.length === 0 && query.value && <p class="nothing">{t('library.nothing', { query: query.value })}</p>}
    </>
  );
}

function Continue() {
  const last = latest.value;
  if (!last) return null;
  const { book, position } = last;
  return (
    <a class="continue" href={link({ view: 'book', id: book.id })} id="continue">
      <span class="continue-icon">
        <Icon name="play" />
      </span>
      <span class="continue-words">
        <strong>{t('library.continue', { title: book.title })}</strong>
        <span>
          {Math.round((position?.fraction ?? 0) * 100)}% · {formatWhen(position?.at ?? book.added)}
        </span>
      </span>
    </a>
  );
}

function Card({ book, position }: Shelved) {
  const percent = Math.round((position?.fraction ?? 0) * 100);
  const open = menu.value === book.id;
  const close = () => {
    menu.value = null;
  };
  return (
    <li class="book-card" data-book={book.id}>
      <a href={link({ view: 'book', id: book.id })} class="book-link">
        <Cover book={book} />
        <span class="book-title">{book.title}</span>
        <span class="book-author">{book.author || formatCount(book.characters)}</span>
      </a>
      <div class="book-foot">
        <span class="book-progress">{position ? t('library.read', { percent }) : t('library.unread')}</span>
        <IconButton
          icon="more"
          class="small"
          label={t('library.more', { title: book.title })}
          pressed={open}
          onClick={() => {
            menu.value = open ? null : book.id;
          }}
        />
      </div>
      {open && (
        <div class="menu">
          <button
            type="button"
            onClick={() => {
              close();
              exportBook.value = book;
            }}
          >
            <Icon name="export" />
            {t('export.title')}
          </button>
          <button
            type="button"
            class="delete"
            onClick={() => {
              close();
              void removeBook(book.id);
            }}
          >
            <Icon name="delete" />
            {t('action.delete')}
          </button>
        </div>
      )}
    </li>
  );
}

function Empty() {
  return (
    <section class="empty" id="empty" aria-labelledby="empty-title">
      <h2 id="empty-title">{t('empty.title')}</h2>
      <p>{t('empty.text')}</p>
      <div class="empty-ways">
        <label class="way primary" for="files">
          <Icon name="add" />
          <span>{t('empty.open')}</span>
          <small>TXT · EPUB · PDF · MOBI · DOCX …</small>
          <FileInput id="files" />
        </label>
        <a class="way" href={link({ view: 'paste' })}>
          <Icon name="paste" />
          <span>{t('empty.paste')}</span>
          <small>{t('empty.pasteHint')}</small>
        </a>
        <button type="button" class="way" id="sample" onClick={() => void bringSample()}>
          <Icon name="book" />
          <span>{t('empty.sample')}</span>
          <small>{t('empty.sampleHint')}</small>
        </button>
      </div>
      <p class="hint">{t('empty.drop')}</p>
    </section>
  );
}

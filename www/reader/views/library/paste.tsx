/** A text that is typed or pasted, read like a book. */
import { useRef, useState } from 'preact/hooks';
import { formatCount, t } from '../../language/index.js';
import { go } from '../../router.js';
import { openBook, play } from '../../state/desk.js';
import { addFiles } from '../../state/shelf.js';
import { Icon, IconButton } from '../parts.js';

export function Paste() {
  const field = useRef<HTMLTextAreaElement>(null);
  const [length, setLength] = useState(0);
  const read = async () => {
    const text = field.current?.value ?? '';
    const book = await keepText(text);
    if (!book) return;
    await openBook(book.id);
    go({ view: 'book', id: book.id }, true);
    play();
  };
  return (
    <main class="page paste" id="paste-view">
      <header class="page-head">
        <IconButton icon="back" label={t('action.back')} onClick={() => history.back()} />
        <h1>{t('paste.title')}</h1>
      </header>
      <label class="unseen" for="text">
        {t('paste.label')}
      </label>
      <textarea
        ref={field}
        id="text"
        spellcheck={false}
        autofocus
        placeholder={t('paste.placeholder')}
        onInput={(event) => setLength(event.currentTarget.value.length)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.repeat && !event.isComposing)
            void read();
        }}
      />
      <footer class="paste-foot">
        <span>{formatCount(length)}</span>
        <button type="button" class="primary" id="read" disabled={length === 0} onClick={() => void read()}>
          <Icon name="play" />
          {t('paste.read')}
        </button>
      </footer>
    </main>
  );
}

/** Its first line is its name. */
export async function keepText(text: string) {
  const first =
    text
      .trim()
      .split('\n')[0]
      ?.replace(/[\s\\/:*?"<>|.。，！？]+/g, ' ')
      .trim() ?? '';
  const name = first.slice(0, 24) || t('paste.untitled');
  const [book] = await addFiles([new File([text], `${name}.txt`, { type: 'text/plain' })]);
  if (!book) go({ view: 'library' });
  return book;
}

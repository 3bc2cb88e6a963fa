/** The contents of the book, and a search through it. */
import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { formatCount, t } from '../../language/index.js';
import { book, cleaned, contents, index, listening, showChapter } from '../../state/desk.js';
import { Dialog } from '../parts.js';

const tab = signal<'contents' | 'search'>('contents');

export function Contents({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={t('book.contents')} onClose={onClose} kind="side" id="contents-dialog">
      <div class="tabs">
        {(['contents', 'search'] as const).map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={tab.value === name}
            onClick={() => {
              tab.value = name;
            }}
          >
            {name === 'contents' ? t('book.chapters') : t('book.search')}
          </button>
        ))}
      </div>
      {tab.value === 'contents' ? <List onClose={onClose} /> : <Search onClose={onClose} />}
    </Dialog>
  );
}

function List({ onClose }: { onClose: () => void }) {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    list.current?.children[index.value]?.scrollIntoView({ block: 'center' });
  }, []);
  return (
    <ol class="contents" ref={list}>
      {contents.value.map(({ title, level, characters }, at) => (
        <li key={at} class={`level-${level}`}>
          <button
            type="button"
            aria-current={at === index.value ? 'true' : undefined}
            onClick={() => {
              onClose();
              void showChapter(at);
            }}
          >
            <span>{title || t('book.untitled', { n: at + 1 })}</span>
            <small>
              {listening.value?.chapter === at && listening.value.status !== 'idle'
                ? t('book.reading')
                : formatCount(characters)}
            </small>
          </button>
        </li>
      ))}
    </ol>
  );
}

interface Hit {
  chapter: number;
  paragraph: number;
  offset: number;
  before: string;
  found: string;
  after: string;
}

const MOST = 200;

function Search({ onClose }: { onClose: () => void }) {
  const [words, setWords] = useState('');
  const [hits, setHits] = useState<Hit[]>([]);
  const [searched, setSearched] = useState<number | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    setHits([]);
    setSearched(null);
    if (words) void search(words, abort.signal, setHits, setSearched);
    return () => abort.abort();
  }, [words]);
  return (
    <>
      <label class="search">
        <span class="unseen">{t('book.search')}</span>
        <input
          type="search"
          id="book-search"
          placeholder={t('book.search')}
          onChange={(event) => setWords(event.currentTarget.value.trim())}
        />
      </label>
      {searched !== null && searched < 1 && (
        <progress class="progress" max={1} value={searched} aria-label={t('book.search')} />
      )}
      {searched === 1 && hits.length === 0 && <p class="nothing">{t('library.nothing', { query: words })}</p>}
      <ol class="hits">
        {hits.map((hit) => (
          <li key={`${hit.chapter}:${hit.paragraph}:${hit.offset}`}>
            <button
              type="button"
              onClick={() => {
                onClose();
                void showChapter(hit.chapter, hit);
              }}
            >
              <small>{contents.value[hit.chapter]?.title}</small>
              <span>
                {hit.before}
                <mark>{hit.found}</mark>
                {hit.after}
              </span>
            </button>
          </li>
        ))}
      </ol>
    </>
  );
}

/** Chapter by chapter, so that nothing waits for it. */
async function search(
  words: string,
  signal: AbortSignal,
  onHits: (hits: Hit[]) => void,
  onProgress: (part: number) => void,
): Promise<void> {
  const record = book.value;
  const hits: Hit[] = [];
  for (let chapter = 0; record && chapter < contents.value.length && hits.length < MOST; chapter += 1) {
    const { paragraphs } = await cleaned(record, chapter);
    if (signal.aborted) return;
    for (const [paragraph, { text }] of paragraphs.entries()) {
      for (
        let offset = text.indexOf(words);
        offset >= 0 && hits.length < MOST;
        offset = text.indexOf(words, offset + words.length)
      ) {
        const end = offset + words.length;
        hits.push({
          chapter,
          paragraph,
          offset,
          before: text.slice(Math.max(0, offset - 12), offset),
          found: text.slice(offset, end),
          after: text.slice(end, end + 24),
        });
      }
    }
    if (chapter % 8 === 0) {
      onHits([...hits]);
      onProgress((chapter + 1) / contents.value.length);
    }
  }
  onHits(hits);
  onProgress(1);
}

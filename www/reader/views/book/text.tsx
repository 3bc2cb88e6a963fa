/** The text of a chapter. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { t } from '../../language/index.js';
import { getPicture } from '../../library/store.js';
import { TITLE } from '../../listening/session.js';
import {
  book,
  chapter,
  contents,
  following,
  index,
  listening,
  opened,
  placed,
  readFrom,
  showChapter,
} from '../../state/desk.js';
import { engine } from '../../state/engine.js';
import { settings } from '../../state/settings.js';
import type { Paragraph } from '../../text/book.js';
import { clearMarks, mark, rangeOf, spotAt } from './marks.js';
import { annotate, type Ruby } from './pinyin.js';

/** How far down the page the sentence that is heard stands. */
const READING_LINE = 0.38;

export function BookText() {
  const article = useRef<HTMLElement>(null);
  const shown = chapter.value;
  const heard = listening.value;
  const target = opened.value;
  const { id = '' } = book.value ?? {};

  useLayoutEffect(() => {
    if (!article.current || !target) return;
    const element = article.current.querySelector(`[data-paragraph="${target.paragraph}"]`);
    if (target.paragraph === TITLE) scrollTo({ top: 0, behavior: 'instant' });
    else if (element) bring(rangeOf(element, { start: target.offset, end: target.offset + 1 }) ?? element, 'instant');
  }, [shown, target]);

  useEffect(() => {
    if (!article.current || !heard || heard.chapter !== index.value || heard.sentence.end === 0) {
      clearMarks();
      return;
    }
    const range = mark(article.current, heard);
    if (range && following.value && heard.status !== 'idle') keepInView(range);
  }, [heard, shown, settings.value.pinyin]);

  useEffect(() => watchScrolling(), []);
  useEffect(() => clearMarks, []);

  const { pinyin, pictures } = settings.value;
  // What is heard changes many times a second, the text does not.
  const paragraphs = useMemo(
    () => (
      <Paragraphs
        key={`${id}:${index.value}`}
        book={id}
        paragraphs={shown?.paragraphs ?? []}
        pinyin={pinyin}
        pictures={pictures}
      />
    ),
    [id, shown, pinyin, pictures],
  );
  if (!shown) return <Skeleton />;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the arrow keys move the voice from sentence to sentence
    <article
      ref={article}
      class="text"
      lang={book.value?.language.startsWith('zh') === false ? book.value.language : 'zh'}
      onClick={(event) => {
        const target = event.target as Element;
        if (!getSelection()?.isCollapsed || target.closest('button, a')) return;
        const spot = spotAt(event.clientX, event.clientY, target);
        if (spot) readFrom(spot.paragraph, spot.offset);
      }}
    >
      {shown.title && <h2 data-paragraph={TITLE}>{shown.title}</h2>}
      {paragraphs}
      <nav class="text-foot" aria-label={t('book.chapters')}>
        <button type="button" disabled={index.value === 0} onClick={() => void showChapter(index.value - 1)}>
          {t('book.previous')}
        </button>
        <button
          type="button"
          disabled={index.value >= contents.value.length - 1}
          onClick={() => void showChapter(index.value + 1)}
        >
          {t('book.next')}
        </button>
      </nav>
    </article>
  );
}

interface ParagraphsProps {
  book: string;
  paragraphs: Paragraph[];
  pinyin: boolean;
  pictures: boolean;
}

const Paragraphs = ({ book: id, paragraphs, pinyin, pictures }: ParagraphsProps) => (
  <>
    {paragraphs.map((paragraph, at) => {
      if (paragraph.picture !== undefined)
        return pictures ? <Picture key={at} book={id} at={at} paragraph={paragraph} /> : null;
      const Tag = paragraph.heading ? 'h3' : 'p';
      return (
        <Tag key={at} data-paragraph={at}>
          {pinyin ? (
            <WithPinyin at={at} paragraph={paragraph} />
          ) : paragraph.ruby ? (
            <WithRuby text={paragraph.text} ruby={paragraph.ruby} />
          ) : (
            paragraph.text
          )}
        </Tag>
      );
    })}
  </>
);

function WithRuby({ text, ruby }: { text: string; ruby: Ruby }) {
  const parts = [];
  let at = 0;
  for (const [start, end, reading] of ruby) {
    if (start < at) continue;
    parts.push(
      text.slice(at, start),
      <ruby key={start}>
        {text.slice(start, end)}
        <rt>{reading}</rt>
      </ruby>,
    );
    at = end;
  }
  parts.push(text.slice(at));
  return <>{parts}</>;
}

/** Readings come from the engine when the paragraph comes near. */
function WithPinyin({ at, paragraph }: { at: number; paragraph: Paragraph }) {
  const { lexicon } = settings.value;
  const anchor = useRef<HTMLSpanElement>(null);
  const [ruby, setRuby] = useState<Ruby | null>(null);
  useEffect(() => {
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry?.isIntersecting) return;
        observer.disconnect();
        annotate(paragraph, placed(index.value, at)).then(setRuby, () => undefined);
      },
      { rootMargin: '800px' },
    );
    if (anchor.current) observer.observe(anchor.current);
    return () => observer.disconnect();
  }, [paragraph, lexicon, engine.value.status]);
  return <span ref={anchor}>{ruby ? <WithRuby text={paragraph.text} ruby={ruby} /> : paragraph.text}</span>;
}

function Picture({
  book: id,
  at,
  paragraph: { text, picture = '' },
}: {
  book: string;
  at: number;
  paragraph: Paragraph;
}) {
  const [url, setUrl] = useState('');
  useEffect(() => {
    let made = '';
    void getPicture(id, picture).then((blob) => {
      if (!blob) return;
      made = URL.createObjectURL(blob);
      setUrl(made);
    });
    return () => URL.revokeObjectURL(made);
  }, [id, picture]);
  return (
    <figure>
      {url && <img src={url} alt="" loading="lazy" />}
      <figcaption data-paragraph={at}>{text}</figcaption>
    </figure>
  );
}

export function Skeleton() {
  return (
    <div class="text skeleton" role="status" aria-label={t('book.loading')}>
      {[90, 100, 96, 60, 100, 88, 40].map((width) => (
        <span key={width} style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}

/** When the page itself has just scrolled; what moves it later is the reader. */
let ownScroll = 0;

function bring(target: Range | Element, behavior: ScrollBehavior): void {
  const { top } = target.getBoundingClientRect();
  ownScroll = performance.now();
  scrollTo({ top: scrollY + top - innerHeight * READING_LINE, behavior });
}

function keepInView(range: Range): void {
  const { top, bottom } = range.getBoundingClientRect();
  const foot = document.querySelector('.player')?.getBoundingClientRect().top ?? innerHeight;
  if (top >= 60 && bottom <= foot - 16) return;
  if (bottom - top > foot - 76 && top > 60 && top < foot / 2) return;
  bring(range, matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : 'smooth');
}

/** The page stops following when the reader scrolls. */
function watchScrolling(): () => void {
  const stop = () => {
    if (performance.now() - ownScroll > 100 && listening.peek()?.status === 'playing') following.value = false;
  };
  const keys = ({ key }: KeyboardEvent) => ['PageUp', 'PageDown', 'Home', 'End'].includes(key) && stop();
  addEventListener('wheel', stop, { passive: true });
  addEventListener('touchmove', stop, { passive: true });
  addEventListener('keydown', keys);
  return () => {
    removeEventListener('wheel', stop);
    removeEventListener('touchmove', stop);
    removeEventListener('keydown', keys);
  };
}

/** What is being read, where, and what comes next. No sound and no view in it: it is given a book and a speaker. */
import type { Chapter } from '../text/book.js';
import { findStretch, isSpeakable, type Stretch, splitSentences } from '../text/sentences.js';
import { type PlacedReading, toShown } from '../text/spoken.js';
import { cutParagraph, type Passage } from './passages.js';

/** The paragraph that stands for a chapter's title. */
export const TITLE = -1;

export interface SpeakerEvents {
  /** These characters of what is said are heard. */
  heard: (passage: Passage, start: number, end: number) => void;
  /** The last sample of the passage has been heard. */
  finished: (passage: Passage) => void;
  /** Nothing more comes. */
  over: () => void;
  failed: (error: unknown) => void;
}

export interface Speaker {
  /** Speaks passage after passage, asking for the next when it has room; ends what it spoke before. */
  play(passages: AsyncIterable<Passage>, events: SpeakerEvents): void;
  stop(): void;
  pause(): void;
  resume(): void;
}

export interface ListenedBook {
  chapters: number;
  chapter(index: number): Promise<Chapter>;
  placed(chapter: number, paragraph: number): PlacedReading[];
}

export interface Spot {
  chapter: number;
  paragraph: number;
  offset: number;
}

export type Status = 'idle' | 'starting' | 'playing' | 'paused' | 'ended';

export interface Listening {
  status: Status;
  chapter: number;
  /** `TITLE` for the chapter's title. */
  paragraph: number;
  sentence: Stretch;
  word: Stretch | null;
}

export interface SessionEvents {
  changed: (listening: Listening) => void;
  /** A sentence begins or has ended: worth remembering. */
  reached: (spot: Spot) => void;
  failed: (error: unknown) => void;
  /** The chapter has been heard to its end. */
  chapterEnded: (chapter: number) => void;
}

export class Session {
  /** Stops after each sentence. */
  stepwise = false;
  private state: Listening = { status: 'idle', chapter: 0, paragraph: 0, sentence: { start: 0, end: 0 }, word: null };
  private readonly cache = new Map<number, { chapter: Chapter; sentences: Map<number, Stretch[]> }>();
  private run = 0;
  private last: number | null = null;
  /** The chapter of which passages are handed out, ahead of the one that is heard. */
  private making = 0;
  private release: (() => void) | null = null;

  constructor(
    private readonly book: ListenedBook,
    private readonly speaker: Speaker,
    private readonly events: SessionEvents,
  ) {}

  get listening(): Listening {
    return this.state;
  }

  /** Chapters until it ends, the one that is heard included; null without an end. */
  get chaptersLeft(): number | null {
    return this.last === null ? null : Math.max(1, this.last - this.state.chapter + 1);
  }

  set chaptersLeft(chapters: number | null) {
    this.last = chapters === null ? null : this.state.chapter + chapters - 1;
    // What was made of a chapter that shall not be heard is dropped.
    if (this.last !== null && this.making > this.last) this.again();
  }

  /** Reads from the beginning of the sentence at this spot; `exact`: from the spot itself. */
  async start(spot: Spot, exact = false): Promise<void> {
    this.run += 1;
    const run = this.run;
    this.release = null;
    this.speaker.stop();
    this.change({ status: 'starting', chapter: spot.chapter, paragraph: spot.paragraph, word: null });
    try {
      const from = await this.settle(spot, exact);
      if (run !== this.run) return;
      this.change({ ...from, status: 'starting' });
      this.events.reached({ ...spot, offset: from.sentence.start });
      this.speaker.play(this.passages(run, { ...from, offset: exact ? spot.offset : from.sentence.start }), {
        heard: (passage, start, end) => run === this.run && this.hear(passage, start, end),
        finished: (passage) => run === this.run && this.finish(passage),
        over: () => run === this.run && this.end(),
        failed: (error) => run === this.run && this.fail(error),
      });
    } catch (error) {
      if (run === this.run) this.fail(error);
    }
  }

  pause(): void {
    if (this.state.status !== 'playing' && this.state.status !== 'starting') return;
    this.speaker.pause();
    this.change({ status: 'paused' });
  }

  /** Goes on where it was; after a stop at a sentence's end, with the next one. */
  resume(): void {
    if (this.state.status === 'paused') {
      this.release?.();
      this.speaker.resume();
      this.change({ status: 'playing' });
    } else if (this.state.status !== 'playing' && this.state.status !== 'starting') {
      void this.start({ ...this.state, offset: this.state.sentence.start });
    }
  }

  stop(): void {
    this.run += 1;
    this.speaker.stop();
    this.change({ status: 'idle', word: null });
  }

  /** After a change of voice or speed: goes on from the word that is heard. */
  again(): void {
    const { status, chapter, paragraph, sentence, word } = this.state;
    if (status === 'playing' || status === 'starting') {
      void this.start({ chapter, paragraph, offset: word?.start ?? sentence.start }, word !== null);
    } else if (status === 'paused') {
      // What is queued was made the old way.
      this.run += 1;
      this.speaker.stop();
      this.change({ status: 'idle' });
    }
  }

  /** Leads in again: begins by whole sentences earlier, until this many characters are heard anew; within the chapter. */
  async rewind(characters: number): Promise<void> {
    let from: Pick<Listening, 'chapter' | 'paragraph' | 'sentence'> = this.state;
    let left = characters - ((this.state.word?.start ?? from.sentence.start) - from.sentence.start);
    while (left > 0) {
      const spot = await this.neighbour('sentence', -1, from);
      if (spot?.chapter !== from.chapter) break;
      from = await this.settle(spot, false);
      left -= from.sentence.end - from.sentence.start;
    }
    await this.start({ ...from, offset: from.sentence.start });
  }

  /** Forgets chapters whose cleaning has changed. */
  forget(): void {
    this.cache.clear();
  }

  async move(unit: 'sentence' | 'paragraph' | 'chapter', by: 1 | -1): Promise<Spot | null> {
    const spot = await this.neighbour(unit, by);
    if (!spot) return null;
    const { status } = this.state;
    if (status === 'playing' || status === 'starting') await this.start(spot);
    else await this.goTo(spot);
    return spot;
  }

  /** Makes this the place to go on from, without a sound. */
  async goTo(spot: Spot): Promise<void> {
    this.run += 1;
    const run = this.run;
    this.speaker.stop();
    // Where a start begins that comes meanwhile.
    const { chapter, paragraph, offset } = spot;
    this.state = { status: 'idle', chapter, paragraph, sentence: { start: offset, end: offset }, word: null };
    const from = await this.settle(spot, false);
    if (run !== this.run) return;
    this.change({ ...from, status: 'idle', word: null });
    this.events.reached({ ...spot, offset: from.sentence.start });
  }

  private async neighbour(
    unit: 'sentence' | 'paragraph' | 'chapter',
    by: 1 | -1,
    { chapter, paragraph, sentence }: Pick<Listening, 'chapter' | 'paragraph' | 'sentence'> = this.state,
  ): Promise<Spot | null> {
    if (unit === 'chapter') return this.chapterStart(chapter + by);
    const { chapter: text } = await this.load(chapter);
    if (unit === 'sentence') {
      const sentences = await this.sentences(chapter, paragraph);
      const next = sentences[findStretch(sentences, sentence.start) + by];
      if (next && paragraph !== TITLE) return { chapter, paragraph, offset: next.start };
    }
    for (let at = paragraph + by; at >= 0 && at < text.paragraphs.length; at += by) {
      if (!isSpeakable(text.paragraphs[at]?.text ?? '')) continue;
      const sentences = await this.sentences(chapter, at);
      const last = sentences.at(-1)?.start ?? 0;
      return { chapter, paragraph: at, offset: unit === 'sentence' && by < 0 ? last : 0 };
    }
    return by > 0 ? this.chapterStart(chapter + 1) : this.chapterEnd(chapter - 1);
  }

  private chapterStart(chapter: number): Spot | null {
    return chapter >= 0 && chapter < this.book.chapters ? { chapter, paragraph: TITLE, offset: 0 } : null;
  }

  private async chapterEnd(chapter: number): Promise<Spot | null> {
    if (chapter < 0) return null;
    const { paragraphs } = (await this.load(chapter)).chapter;
    const paragraph = Math.max(0, paragraphs.length - 1);
    return { chapter, paragraph, offset: (await this.sentences(chapter, paragraph)).at(-1)?.start ?? 0 };
  }

  private async settle(spot: Spot, exact: boolean): Promise<Pick<Listening, 'chapter' | 'paragraph' | 'sentence'>> {
    const chapter = Math.min(Math.max(0, spot.chapter), Math.max(0, this.book.chapters - 1));
    const { paragraphs } = (await this.load(chapter)).chapter;
    const paragraph = Math.min(spot.paragraph, paragraphs.length - 1);
    const sentences = await this.sentences(chapter, paragraph);
    const sentence = sentences[findStretch(sentences, spot.offset)] ?? { start: 0, end: 0 };
    return { chapter, paragraph, sentence: exact ? { ...sentence } : sentence };
  }

  /** What is to be read from here on; it is asked for only as it is needed. */
  private async *passages(run: number, from: Spot): AsyncGenerator<Passage> {
    let { paragraph, offset } = from;
    for (let chapter = from.chapter; chapter < this.book.chapters && run === this.run; chapter += 1) {
      this.making = chapter;
      const { paragraphs } = (await this.load(chapter)).chapter;
      for (; paragraph < paragraphs.length && run === this.run; paragraph += 1) {
        for (const passage of await this.cut(chapter, paragraph, offset)) {
          yield passage;
          if (this.stepwise) await this.gate();
          if (run !== this.run) return;
        }
        offset = 0;
      }
      paragraph = TITLE;
      if (this.last !== null && chapter >= this.last) return;
    }
  }

  /** The rest of a paragraph from `offset` on; sentence by sentence where it stops after each. */
  private async cut(chapter: number, paragraph: number, offset: number): Promise<Passage[]> {
    const { chapter: loaded } = await this.load(chapter);
    const shown = paragraph === TITLE ? { text: loaded.title } : loaded.paragraphs[paragraph];
    if (!shown) return [];
    return cutParagraph(shown, {
      chapter,
      paragraph,
      offset,
      sentences: await this.sentences(chapter, paragraph),
      placed: paragraph === TITLE ? [] : this.book.placed(chapter, paragraph),
      apart: this.stepwise,
    });
  }

  private gate(): Promise<void> {
    return new Promise((resolve) => {
      this.release = resolve;
    });
  }

  private hear(passage: Passage, start: number, end: number): void {
    const word = toShown(passage.spoken, start, end);
    const before = this.state;
    const sentences = this.cache.get(passage.chapter)?.sentences.get(passage.paragraph) ?? [];
    const sentence = sentences[findStretch(sentences, word.start)] ?? word;
    const { chapter, paragraph } = passage;
    const moved =
      chapter !== before.chapter || paragraph !== before.paragraph || sentence.start !== before.sentence.start;
    const status = before.status === 'paused' ? 'paused' : 'playing';
    this.change({ status, chapter, paragraph, sentence, word });
    if (moved) this.events.reached({ chapter, paragraph, offset: sentence.start });
  }

  private finish({ chapter, paragraph }: Passage): void {
    const loaded = this.cache.get(chapter)?.chapter;
    if (loaded && paragraph === loaded.paragraphs.length - 1) this.events.chapterEnded(chapter);
    if (this.stepwise) {
      this.speaker.pause();
      this.change({ status: 'paused' });
    }
  }

  private end(): void {
    const { chapter, status } = this.state;
    if (status === 'starting') {
      this.fail(Object.assign(new Error('Nothing in the text can be spoken'), { code: 'E_TEXT_EMPTY' }));
      return;
    }
    const last = chapter >= this.book.chapters - 1;
    this.last = null;
    this.change({ status: last ? 'ended' : 'idle', word: null });
    const next = this.chapterStart(chapter + 1);
    if (next) void this.goTo(next);
  }

  private fail(error: unknown): void {
    this.run += 1;
    this.speaker.stop();
    this.change({ status: 'idle', word: null });
    this.events.failed(error);
  }

  private change(change: Partial<Listening>): void {
    this.state = { ...this.state, ...change };
    this.events.changed(this.state);
  }

  private async sentences(chapter: number, paragraph: number): Promise<Stretch[]> {
    const { chapter: loaded, sentences } = await this.load(chapter);
    const known = sentences.get(paragraph);
    if (known) return known;
    const text = paragraph === TITLE ? loaded.title : (loaded.paragraphs[paragraph]?.text ?? '');
    const made = paragraph === TITLE ? [{ start: 0, end: text.length }] : splitSentences(text);
    sentences.set(paragraph, made);
    return made;
  }

  /** Two chapters are kept: the one that is heard and the one that is made. */
  private async load(index: number) {
    const known = this.cache.get(index);
    if (known) return known;
    const loaded = { chapter: await this.book.chapter(index), sentences: new Map<number, Stretch[]>() };
    this.cache.set(index, loaded);
    for (const other of this.cache.keys())
      if (this.cache.size > 3 && Math.abs(other - index) > 1) this.cache.delete(other);
    return loaded;
  }
}

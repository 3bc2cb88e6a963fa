/** The open book: what is shown of it, what is heard of it, and how the two follow each other. */
import { computed, signal } from '@preact/signals';
import { t } from '../language/index.js';
import { findPlace, holdsPlace, type Place, placeAt } from '../library/places.js';
import {
  type BookRecord,
  COVER,
  changeBook,
  type Entry,
  getBook,
  getChapter,
  getContents,
  getPicture,
  getPosition,
  savePosition,
} from '../library/store.js';
import { Media } from '../listening/media.js';
import { type Listening, Session, type Spot, TITLE } from '../listening/session.js';
import { type Manner, Sound } from '../listening/sound.js';
import { SleepTimer } from '../listening/timer.js';
import { WakeLock } from '../listening/wake.js';
import type { Chapter } from '../text/book.js';
import { applyRules } from '../text/rules.js';
import type { PlacedReading } from '../text/spoken.js';
import { engine, voice, voiceNamed, type Wanted } from './engine.js';
import { describeError } from './faults.js';
import { dismiss, notify } from './notices.js';
import { change, settings } from './settings.js';
import { changed } from './shelf.js';
import { onNews, tell } from './tabs.js';

/** Away for longer than this, a reader is led in again by so many seconds of what was heard. */
const LONG_PAUSE_MS = 5 * 60_000;
const LEAD_IN_S = 5;
/** Characters a second at speed 1, until it has been measured. */
const PACE = 4.4;

export const book = signal<BookRecord | null>(null);
export const contents = signal<Entry[]>([]);
/** The chapter that is shown. */
export const index = signal(0);
export const chapter = signal<Chapter | null>(null);
/** Where the page opens: the paragraph that is brought into view. */
export const opened = signal<{ paragraph: number; offset: number } | null>(null);
export const listening = signal<Listening | null>(null);
/** Whether the page goes along with the voice. */
export const following = signal(true);
/** Seconds until the voice falls asleep, by the minute; null without a timer. */
export const sleepLeft = signal<number | null>(null);
export const sleepChapters = signal<number | null>(null);
export const sounding = computed(() => ['starting', 'playing'].includes(listening.value?.status ?? 'idle'));

let session: Session | null = null;
let pausedAt = 0;
/** Characters heard and the seconds they took, for estimates. */
const pace = { characters: 0, seconds: 0 };

export const sound = new Sound(
  () => voiceNamed(book.value?.settings.voice ?? settings.value.voice),
  manner,
  (seconds) => {
    pace.seconds += seconds;
    sleep.tick(seconds);
    const left = sleep.left === null ? null : Math.ceil(sleep.left / 60);
    if (left !== sleepLeft.value) sleepLeft.value = left;
  },
  (gone) => {
    session?.pause();
    // What was queued for a device that is gone is made anew.
    if (gone) session?.again();
    notify({ kind: 'info', text: t('player.interrupted') });
  },
);

const sleep = new SleepTimer(
  (seconds) => sound.setVolume(0, seconds),
  () => {
    pause();
    sound.setVolume(manner().volume);
  },
);
const wake = new WakeLock();
let media: Media | null = null;

export function manner(): Manner {
  const own = book.value?.settings ?? {};
  const all = settings.value;
  const emotion = own.emotion ?? all.emotion;
  const known = (name: string) => (engine.value.speakers.some((speaker) => speaker.name === name) ? name : undefined);
  const speaker = known(own.speaker ?? all.speaker);
  return {
    options: {
      ...(speaker !== undefined && { speaker }),
      emotion: engine.value.emotions.includes(emotion) ? emotion : 'neutral',
      intensity: all.intensity,
      pitch: engine.value.pitch ? all.pitch : 0,
      lexicon: { ...all.lexicon, ...own.lexicon },
    },
    dialogue: known(own.dialogue ?? all.dialogue),
    speed: own.speed ?? all.speed,
    volume: all.volume,
    pauses: { sentence: all.sentencePause, paragraph: all.paragraphPause },
  };
}

export function placed(at: number, paragraph: number): PlacedReading[] {
  return book.value?.settings.placed?.[`${at}:${paragraph}`] ?? [];
}

/** The chapter as it is shown and read. */
export async function cleaned(record: BookRecord, at: number): Promise<Chapter> {
  const raw = await getChapter(record.id, at);
  if (!raw && record.chapters > 0)
    throw Object.assign(new Error('The book is not there any more'), { code: 'E_BOOK_GONE' });
  const rules = [...settings.value.rules, ...(book.peek()?.settings.rules ?? record.settings.rules ?? [])];
  const made = applyRules(raw ?? { title: '', level: 1, paragraphs: [] }, rules);
  if (settings.value.pictures) return made;
  // Pictures that are not shown are not read either; places stay the same.
  return {
    ...made,
    paragraphs: made.paragraphs.map((one) => (one.picture === undefined ? one : { ...one, text: '' })),
  };
}

let cleaning = { rules: settings.value.rules, pictures: settings.value.pictures };
settings.subscribe(({ rules, pictures }) => {
  if (rules === cleaning.rules && pictures === cleaning.pictures) return;
  cleaning = { rules, pictures };
  if (book.value) void showAnew(book.value);
});

let changes = 0;

/** After a change of what is shown and read of the text. What has been overtaken meanwhile is not shown. */
async function showAnew(record: BookRecord): Promise<void> {
  changes += 1;
  const [change, at] = [changes, index.value];
  session?.forget();
  const made = await cleaned(record, at);
  if (change === changes && at === index.value && record.id === book.value?.id) chapter.value = made;
}

export async function openBook(id: string): Promise<boolean> {
  if (book.value?.id === id) return true;
  closeBook();
  const [record, entries, position] = await Promise.all([getBook(id), getContents(id), getPosition(id)]);
  if (!record) return false;
  const kept = Math.min(position?.place.chapter ?? 0, Math.max(0, entries.length - 1));
  const { at, shown } = await chapterOf(record, kept, position?.place);
  const found = position ? findPlace(shown, position.place) : { paragraph: TITLE, offset: 0 };
  session = new Session(
    { chapters: entries.length, chapter: (at) => cleaned(book.value ?? record, at), placed },
    sound,
    { changed: follow, reached: remember, failed, chapterEnded: () => undefined },
  );
  session.stepwise = settings.value.stepwise;
  pausedAt = position?.at ?? 0;
  // Only now is there a button to press.
  book.value = record;
  contents.value = entries;
  index.value = at;
  chapter.value = shown;
  opened.value = found;
  following.value = true;
  await session.goTo({ chapter: at, ...found });
  return true;
}

/** The chapter of a place: another one holds it where the book has been cut into chapters anew. */
async function chapterOf(record: BookRecord, kept: number, place?: Place): Promise<{ at: number; shown: Chapter }> {
  const first = { at: kept, shown: await cleaned(record, kept) };
  if (!place || holdsPlace(first.shown, place)) return first;
  for (let away = 1; away < record.chapters; away += 1) {
    for (const at of [kept + away, kept - away]) {
      if (at < 0 || at >= record.chapters) continue;
      const shown = await cleaned(record, at);
      if (holdsPlace(shown, place)) return { at, shown };
    }
  }
  return first;
}

export function closeBook(): void {
  session?.stop();
  session = null;
  listening.value = null;
  book.value = null;
  chapter.value = null;
  contents.value = [];
  sleep.set(null);
  sleepLeft.value = null;
  sleepChapters.value = null;
  media?.pause();
  wake.want(false);
}

/** Shows a chapter, without reading it. */
export async function showChapter(
  at: number,
  spot: { paragraph: number; offset: number } = { paragraph: TITLE, offset: 0 },
): Promise<void> {
  const record = book.value;
  if (!record || at < 0 || at >= contents.value.length) return;
  const shown = await cleaned(record, at);
  if (book.value?.id !== record.id) return;
  index.value = at;
  chapter.value = shown;
  opened.value = { ...spot };
  const heard = listening.value;
  following.value = heard?.chapter === at;
  // While nothing sounds, what is shown is what will be read.
  if (!sounding.value) await session?.goTo({ chapter: at, ...spot });
}

export async function backToVoice(): Promise<void> {
  const heard = listening.value;
  if (!heard) return;
  following.value = true;
  if (heard.chapter !== index.value)
    await showChapter(heard.chapter, { paragraph: heard.paragraph, offset: heard.sentence.start });
  following.value = true;
  opened.value = { paragraph: heard.paragraph, offset: heard.sentence.start };
}

export function play(): void {
  const { status } = session?.listening ?? {};
  if (!session || status === 'playing' || status === 'starting') return;
  dismiss();
  // In the handler of a tap the audio may start; the voice may still be on its way.
  void sound.unlock(engine.value.sampleRate).catch((error) => failed(error));
  const long = Date.now() - pausedAt > LONG_PAUSE_MS;
  following.value = true;
  if (status === 'ended') void session.start({ chapter: 0, paragraph: TITLE, offset: 0 });
  else if (long) void session.rewind(LEAD_IN_S * PACE);
  else session.resume();
}

const spotOf = ({ chapter, paragraph, sentence }: Listening): Spot => ({ chapter, paragraph, offset: sentence.start });

export function pause(): void {
  session?.pause();
}

export function toggle(): void {
  if (sounding.value) pause();
  else play();
}

export async function move(unit: 'sentence' | 'paragraph' | 'chapter', by: 1 | -1): Promise<void> {
  following.value = true;
  const spot = await session?.move(unit, by);
  if (spot && spot.chapter !== index.value) await showChapter(spot.chapter, spot);
}

/** Reads from the sentence at this place of the shown chapter. */
export function readFrom(paragraph: number, offset: number): void {
  void sound.unlock(engine.value.sampleRate).catch((error) => failed(error));
  following.value = true;
  void session?.start({ chapter: index.value, paragraph, offset });
}

/** Part of the chapter, 0 to 1, as a place to go to. */
export async function seek(part: number): Promise<void> {
  const at = listening.value?.chapter ?? index.value;
  const record = book.value;
  if (!record) return;
  const { paragraphs } = await cleaned(record, at);
  let left = part * paragraphs.reduce((sum, { text }) => sum + text.length, 0);
  const paragraph = paragraphs.findIndex(({ text }) => {
    left -= text.length;
    return left <= 0;
  });
  if (paragraph < 0) return;
  const spot = { chapter: at, paragraph, offset: (paragraphs[paragraph]?.text.length ?? 0) + left };
  following.value = true;
  if (sounding.value) await session?.start(spot);
  else await session?.goTo(spot);
}

/** After a change of voice, speed or readings. */
export function speakAnew(): void {
  session?.again();
}

export function setVolume(): void {
  sound.setVolume(manner().volume);
}

export function setStepwise(stepwise: boolean): void {
  if (!session) return;
  session.stepwise = stepwise;
  session.again();
}

export function setSleep(minutes: number | null, chapters: number | null): void {
  sleep.set(minutes);
  sound.setVolume(manner().volume);
  sleepLeft.value = minutes;
  sleepChapters.value = chapters;
  if (session) session.chaptersLeft = chapters;
}

/** Changes the open book's record, and what follows from it. */
export async function changeOpenBook(update: (record: BookRecord) => BookRecord): Promise<void> {
  const { value } = book;
  if (!value) return;
  // At once, so that a change that follows builds on it; then as it is in the database, unless another has followed.
  const next = update(value);
  book.value = next;
  const made = (await changeBook(value.id, update)) ?? next;
  if (book.value === next) book.value = made;
  await showAnew(book.value ?? made);
  await changed();
}

/** Reads the book anew from its record, after its text has been made again. */
export async function reopen(): Promise<void> {
  const id = book.value?.id;
  closeBook();
  if (id) await openBook(id);
}

/** Seconds that this many characters take to read. */
export function estimate(characters: number): number {
  const measured = pace.characters > 200 ? pace.characters / pace.seconds : PACE * manner().speed;
  return characters / Math.max(1, measured);
}

/** Characters of the heard chapter, and those of it before the voice. */
export const progress = computed(() => {
  const heard = listening.value;
  const characters = contents.value[heard?.chapter ?? 0]?.characters ?? 0;
  const shown = chapter.value;
  if (!heard || !shown || heard.chapter !== index.value) return { characters, before: progressBefore };
  let before = 0;
  for (let at = 0; at < heard.paragraph; at += 1) before += shown.paragraphs[at]?.text.length ?? 0;
  progressBefore = before + (heard.paragraph === TITLE ? 0 : heard.sentence.start);
  return { characters, before: progressBefore };
});
let progressBefore = 0;

function follow(next: Listening): void {
  const before = listening.value;
  if (before?.word && next.word && next.word.start > before.word.start)
    pace.characters += next.word.start - before.word.start;
  listening.value = next;
  const on = next.status === 'playing' || next.status === 'starting';
  if (on && !['playing', 'starting'].includes(before?.status ?? 'idle')) tell('voice');
  if (next.status === 'paused' && before?.status !== 'paused') pausedAt = Date.now();
  if (following.value && next.chapter !== index.value && book.value) {
    void showChapter(next.chapter, { paragraph: next.paragraph, offset: next.sentence.start });
  }
  sleepChapters.value = session?.chaptersLeft ?? null;
  wake.want(on && settings.value.keepAwake);
  showMedia(next, on);
}

let coverUrl = { id: '', url: '' };

async function findCover({ id, cover }: BookRecord): Promise<void> {
  if (coverUrl.url.startsWith('blob:')) URL.revokeObjectURL(coverUrl.url);
  coverUrl = { id, url: new URL('icon-512.png', document.baseURI).href };
  const picture = cover ? await getPicture(id, COVER) : null;
  if (!picture || coverUrl.id !== id) return;
  coverUrl = { id, url: URL.createObjectURL(picture) };
  const heard = listening.value;
  if (heard && media && book.value?.id === id) showMedia(heard, sounding.value);
}

function showMedia(next: Listening, on: boolean): void {
  const record = book.value;
  if (!record || (!media && !on)) return;
  media ??= new Media({
    play,
    pause,
    sentence: (by) => void move('sentence', by),
    chapter: (by) => void move('chapter', by),
    seek: (seconds) => void seek(seconds / Math.max(1, estimate(progress.value.characters))),
  });
  if (on) media.play();
  else media.pause();
  if (coverUrl.id !== record.id) void findCover(record);
  const entry = contents.value[next.chapter];
  media.show({
    title: record.title,
    author: record.author,
    chapter: entry?.title ?? record.title,
    cover: coverUrl.url,
  });
  const { characters, before } = progress.value;
  media.at(estimate(before), Math.max(1, estimate(characters)), 1);
}

function remember({ chapter: at, paragraph, offset }: Spot): void {
  const record = book.value;
  if (!record || !session) return;
  const shown = at === index.value ? chapter.value : null;
  const before = contents.value.slice(0, at).reduce((sum, { characters }) => sum + characters, 0);
  const within =
    shown?.paragraphs.slice(0, Math.max(0, paragraph)).reduce((sum, { text }) => sum + text.length, 0) ?? 0;
  const place = shown ? placeAt(shown, at, paragraph, offset) : { chapter: at, paragraph, offset, around: '' };
  const fraction = record.characters > 0 ? Math.min(1, (before + within + offset) / record.characters) : 0;
  savePosition({ id: record.id, place, fraction, at: Date.now() }).catch((error) => {
    notify({ kind: 'error', ...describeError(error, 'E_STORE') });
  });
}

function failed(error: unknown): void {
  notify({ kind: 'error', ...describeError(error, 'E_WORKER') });
}

document.addEventListener('visibilitychange', () => {
  // What another tab has read on meanwhile is not undone: only a voice that sounds moves the place.
  if (document.visibilityState === 'hidden' && session && sounding.value) remember(spotOf(session.listening));
});

onNews('voice', () => {
  if (!sounding.value) return;
  pause();
  notify({ kind: 'info', text: t('player.otherTab') });
});

onNews('shelf', async () => {
  const open = book.value;
  if (!open) return;
  const record = await getBook(open.id);
  if (book.value?.id !== open.id) return;
  if (record) {
    book.value = record;
    return;
  }
  pause();
  notify({ kind: 'error', ...describeError({ code: 'E_BOOK_GONE' }, 'E_STORE') });
});

/** Another voice reads from here on. What is wrong with it has been said; the present one goes on. */
export async function chooseVoice(wanted: Wanted): Promise<void> {
  const { voice: loaded } = await voice(wanted);
  const name = 'voice' in wanted ? wanted.voice : loaded.name;
  change({ voice: name });
  if (book.value?.settings.voice)
    await changeOpenBook((record) => ({ ...record, settings: { ...record.settings, voice: name } }));
  speakAnew();
}

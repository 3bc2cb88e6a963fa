/** The audiobook that is being made. */
import { signal } from '@preact/signals';
import type { Order } from '../export/audiobook.js';
import type { BookRecord } from '../library/store.js';
import { COVER, getBook, getContents, getPicture, getValue, setValue } from '../library/store.js';
import { cleaned, manner, sound } from './desk.js';
import { voiceNamed } from './engine.js';
import { describeError } from './faults.js';
import { settings } from './settings.js';
import { audiobookKey, forgetAudiobook } from './shelf.js';

export interface Making {
  order: Order;
  status: 'running' | 'paused' | 'done';
  /** 0 to 1. */
  progress: number;
  /** Seconds of work left; null until it can be told. */
  left: number | null;
  chapter: string;
  fault: string | null;
  code: string;
}

/** By book. */
export const makings = signal<Record<string, Making>>({});

const key = audiobookKey;
const running = new Map<string, AbortController>();

/** What was begun earlier goes on where it stopped. */
export async function restoreMaking(id: string): Promise<void> {
  if (makings.value[id]) return;
  const order = await getValue<Order | null>(key(id));
  if (!order) return;
  const parts = order.to - order.from + 1;
  const status = order.files.length ? 'done' : 'paused';
  put(id, { order, status, progress: order.done.length / parts, left: null, chapter: '', fault: null, code: '' });
}

function put(id: string, making: Making): void {
  makings.value = { ...makings.value, [id]: making };
}

function update(id: string, part: Partial<Making>): void {
  const making = makings.value[id];
  if (making) put(id, { ...making, ...part });
}

export async function make(order: Order): Promise<void> {
  const { id } = order;
  if (running.has(id)) return;
  const abort = new AbortController();
  running.set(id, abort);
  put(id, { order, status: 'running', progress: 0, left: null, chapter: '', fault: null, code: '' });
  const save = async (kept: Order) => {
    await setValue(key(id), kept);
    update(id, { order: kept });
  };
  try {
    await save(order);
    // Two tabs must not write the same files.
    const work = () => build(order, abort.signal, save);
    const finished = await (navigator.locks
      ? navigator.locks.request(key(id), { signal: abort.signal }, work)
      : work());
    update(id, { order: finished, status: 'done', progress: 1, left: 0 });
  } catch (error) {
    const stopped = (error as Error).name === 'AbortError';
    const { text, code } = describeError(error, 'E_EXPORT_FAILED');
    update(id, { status: 'paused', left: null, ...(!stopped && { fault: text, code }) });
  } finally {
    running.delete(id);
  }
}

async function build(order: Order, abort: AbortSignal, save: (order: Order) => Promise<void>): Promise<Order> {
  const { id } = order;
  const record = (await getBook(id)) as BookRecord;
  const [entries, { makeAudiobook }] = await Promise.all([getContents(id), import('../export/audiobook.js')]);
  const langdu = await voiceNamed(record.settings.voice ?? settings.value.voice);
  const wanted = entries.slice(order.from, order.to + 1);
  const total = wanted.reduce((sum, { characters }) => sum + characters, 0);
  const before = (chapter: number) =>
    entries.slice(order.from, chapter).reduce((sum, { characters }) => sum + characters, 0);
  const first = before(order.from + order.done.length);
  const began = performance.now();
  const own = record.settings;
  return makeAudiobook(order, {
    langdu,
    manner: {
      ...manner(),
      options: {
        ...manner().options,
        lexicon: { ...settings.value.lexicon, ...own.lexicon },
        emotion: own.emotion ?? settings.value.emotion,
      },
      speed: own.speed ?? settings.value.speed,
    },
    chapter: (index) => cleaned(record, index),
    placed: (chapter, paragraph) => own.placed?.[`${chapter}:${paragraph}`] ?? [],
    cover: await getPicture(id, COVER),
    signal: abort,
    save,
    pace: async () => {
      while (sound.short && !abort.aborted) await new Promise((resolve) => setTimeout(resolve, 200));
    },
    onProgress: (chapter, characters) => {
      const done = before(chapter) + characters;
      const rate = (done - first) / (performance.now() - began);
      const left = done > first && performance.now() - began > 3000 ? (total - done) / rate / 1000 : null;
      update(id, { progress: total > 0 ? done / total : 0, left, chapter: entries[chapter]?.title ?? '' });
    },
  });
}

export function stopMaking(id: string): void {
  running.get(id)?.abort();
}

export async function discard(id: string): Promise<void> {
  stopMaking(id);
  await forgetAudiobook(id);
  const { [id]: _, ...others } = makings.value;
  makings.value = others;
}

export async function download(id: string, name: string): Promise<void> {
  const { readBack } = await import('../export/files.js');
  const file = await readBack(id, name);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 600_000);
}

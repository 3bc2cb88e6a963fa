/**
 * An audiobook, made chapter by chapter. Each chapter is a finished file in the browser's file system before the next begins:
 * what is done survives a reload, and memory stays flat. At the end the chapters are joined into one file.
 */
import type { Langdu } from 'langdu';
import type { Manner } from '../listening/sound.js';
import type { Chapter } from '../text/book.js';
import type { PlacedReading } from '../text/spoken.js';
import { chapterPatch } from './chapter-marks.js';
import { joinParts, PartWriter, prepareCodec } from './container.js';
import { openToWrite, readBack, removeFile } from './files.js';
import type { Container } from './kinds.js';
import { narrate } from './narrate.js';
import { type Caption, SUBTITLES, type SubtitleFormat } from './subtitles.js';

export interface Order {
  /** Of the folder in which it is made: the book's. */
  id: string;
  title: string;
  author: string;
  container: Container;
  bitrate: number;
  subtitles: SubtitleFormat | '';
  /** Chapters, both included. */
  from: number;
  to: number;
  /** Chapters that are finished, in order. */
  done: { chapter: number; title: string; seconds: number }[];
  /** The files, when all is made. */
  files: string[];
}

export interface Workshop {
  langdu: Langdu;
  manner: Manner;
  chapter: (index: number) => Promise<Chapter>;
  placed: (chapter: number, paragraph: number) => PlacedReading[];
  cover: Blob | null;
  /** Lets listening go first. */
  pace: () => Promise<void>;
  signal: AbortSignal;
  /** An order is worth keeping whenever it has changed. */
  save: (order: Order) => Promise<void>;
  /** Chapter under way, and characters of it that are done. */
  onProgress: (chapter: number, characters: number) => void;
}

export class CodecError extends Error {
  readonly code = 'E_EXPORT_CODEC';
}

export async function makeAudiobook(order: Order, workshop: Workshop): Promise<Order> {
  const { langdu, signal, save } = workshop;
  const { sampleRate } = langdu.voice;
  if (!(await prepareCodec(order.container, sampleRate, order.bitrate))) {
    throw new CodecError(`${order.container} can't be encoded here`);
  }
  let made = order;
  for (let index = order.from + order.done.length; index <= order.to; index += 1) {
    signal.throwIfAborted();
    const chapter = await workshop.chapter(index);
    const seconds = await makePart(made, index, chapter, workshop);
    made = { ...made, done: [...made.done, { chapter: index, title: chapter.title, seconds }] };
    await save(made);
  }
  made = { ...made, files: await assemble(made, workshop) };
  await save(made);
  for (const { chapter } of made.done) {
    await removeFile(made.id, partName(made, chapter));
    await removeFile(made.id, captionsName(chapter));
  }
  return made;
}

const partName = ({ container }: Order, chapter: number) => `part-${chapter}.${container}`;
const captionsName = (chapter: number) => `part-${chapter}.json`;

async function makePart(order: Order, index: number, chapter: Chapter, workshop: Workshop): Promise<number> {
  const { langdu, manner, pace, signal, onProgress } = workshop;
  const { sampleRate } = langdu.voice;
  const file = await openToWrite(order.id, partName(order, index));
  const part = new PartWriter(order.container, order.bitrate, sampleRate, file);
  await part.start();
  const captions: Caption[] = [];
  try {
    const placed = (paragraph: number) => workshop.placed(index, paragraph);
    let samplesIn = 0;
    for await (const { samples, begins, characters } of narrate(langdu, chapter, manner, placed, pace)) {
      signal.throwIfAborted();
      for (const { at, text } of begins) {
        const start = at / sampleRate;
        const before = captions.at(-1);
        if (before) before.end = Math.min(before.end, start);
        captions.push({ start, end: Number.POSITIVE_INFINITY, text });
      }
      samplesIn += samples.length;
      await part.add(samples);
      onProgress(index, characters);
    }
    const last = captions.at(-1);
    if (last) last.end = samplesIn / sampleRate;
    const seconds = await part.finish();
    const list = await openToWrite(order.id, captionsName(index));
    await list.write(JSON.stringify(captions));
    await list.close();
    return seconds;
  } catch (error) {
    await part.cancel().catch(() => undefined);
    throw error;
  }
}

async function assemble(order: Order, { cover, signal }: Workshop): Promise<string[]> {
  const stem = fileName(order);
  const whole = `${stem}.${order.container}`;
  const parts = order.done.map(
    ({ chapter }) =>
      () =>
        readBack(order.id, partName(order, chapter)),
  );
  const only = order.done.length === 1 ? order.done[0]?.title : undefined;
  const tags = {
    title: only ?? order.title,
    album: order.title,
    artist: order.author,
    albumArtist: order.author,
    genre: 'Audiobook',
    ...(cover && {
      images: [
        {
          data: new Uint8Array(await cover.arrayBuffer()),
          mimeType: cover.type || 'image/png',
          kind: 'coverFront' as const,
        },
      ],
    }),
  };
  // The tags of a WAV file know no Chinese.
  const starts = await joinParts(
    order.container,
    parts,
    order.container === 'wav' ? {} : tags,
    await openToWrite(order.id, whole),
    signal,
  );
  if (order.container === 'm4a') {
    const marks = order.done.map(({ title }, at) => ({ start: starts[at] ?? 0, title }));
    const patch = await chapterPatch(await readBack(order.id, whole), marks);
    const file = await openToWrite(order.id, whole, true);
    await file.write({ type: 'write', ...patch });
    await file.close();
  }
  if (!order.subtitles) return [whole];
  return [whole, await writeSubtitles(order, order.subtitles, starts, stem)];
}

async function writeSubtitles(order: Order, format: SubtitleFormat, starts: number[], stem: string): Promise<string> {
  const { head, cue } = SUBTITLES[format];
  const name = `${stem}.${format}`;
  const file = await openToWrite(order.id, name);
  await file.write(head);
  let number = 0;
  for (const [at, { chapter }] of order.done.entries()) {
    const captions = JSON.parse(await (await readBack(order.id, captionsName(chapter))).text()) as Caption[];
    const offset = starts[at] ?? 0;
    const cues = captions.map(({ start, end, text }) => {
      number += 1;
      return cue({ start: start + offset, end: end + offset, text }, number);
    });
    await file.write(cues.join(''));
  }
  await file.close();
  return name;
}

function fileName({ title, from, to, done }: Order): string {
  const range = from === to ? ` ${done[0]?.title ?? from + 1}` : '';
  return (
    `${title}${range}`
      .replace(/[\\/:*?"<>|\s　]+/g, ' ')
      .trim()
      .slice(0, 80) || 'audiobook'
  );
}

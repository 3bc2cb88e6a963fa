/** Chapter marks of an MP4 file: the list that players read (`moov/udta/chpl`). The file's `moov` must be its last box. */

export interface ChapterMark {
  /** Seconds. */
  start: number;
  title: string;
}

/** More than this the list can't hold. */
const MOST = 255;

/** What has to be written, and where, to give the file these marks. */
export async function chapterPatch(
  file: Blob,
  marks: ChapterMark[],
): Promise<{ position: number; data: Uint8Array<ArrayBuffer> }> {
  const position = await findLast(file, 'moov');
  const moov = new Uint8Array(await file.slice(position).arrayBuffer());
  const list = box('chpl', chapterList(thin(marks)));
  const udta = findChild(moov, 'udta');
  const [before, after] = udta
    ? [moov.subarray(8, udta.end), moov.subarray(udta.end)]
    : [moov.subarray(8), moov.subarray(moov.length)];
  const kept = new Uint8Array(before);
  if (udta) new DataView(kept.buffer).setUint32(udta.start - 8, udta.end - udta.start + list.length);
  const addition = udta ? list : box('udta', list);
  return { position, data: box('moov', concat([kept, addition, after])) };
}

/** Marks spread over the book where there are too many. */
function thin(marks: ChapterMark[]): ChapterMark[] {
  const step = Math.ceil(marks.length / MOST);
  return marks.filter((_, at) => at % step === 0);
}

function chapterList(marks: ChapterMark[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const entries = marks.map(({ start, title }) => {
    const words = shorten(title, encoder);
    const entry = new Uint8Array(9 + words.length);
    // In units of 100 nanoseconds.
    new DataView(entry.buffer).setBigUint64(0, BigInt(Math.round(start * 1e7)));
    entry[8] = words.length;
    entry.set(words, 9);
    return entry;
  });
  const head = new Uint8Array(9);
  head[0] = 1;
  head[8] = entries.length;
  return concat([head, ...entries]);
}

function shorten(title: string, encoder: TextEncoder): Uint8Array {
  let words = title;
  while (encoder.encode(words).length > 255) words = words.slice(0, -1);
  return encoder.encode(words);
}

function box(name: string, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const made = new Uint8Array(8 + body.length);
  new DataView(made.buffer).setUint32(0, made.length);
  made.set(new TextEncoder().encode(name), 4);
  made.set(body, 8);
  return made;
}

function findChild(parent: Uint8Array, name: string): { start: number; end: number } | null {
  const view = new DataView(parent.buffer, parent.byteOffset, parent.byteLength);
  for (let start = 8; start + 8 <= parent.length; ) {
    const end = start + view.getUint32(start);
    if (new TextDecoder().decode(parent.subarray(start + 4, start + 8)) === name) return { start, end };
    if (end <= start) return null;
    start = end;
  }
  return null;
}

async function findLast(file: Blob, name: string): Promise<number> {
  for (let position = 0; position + 8 <= file.size; ) {
    const head = new DataView(await file.slice(position, position + 16).arrayBuffer());
    const kind = new TextDecoder().decode(head.buffer.slice(4, 8));
    const short = head.getUint32(0);
    const size = short === 1 ? Number(head.getBigUint64(8)) : short === 0 ? file.size - position : short;
    if (kind === name && position + size === file.size) return position;
    if (size < 8) break;
    position += size;
  }
  throw new Error(`The file does not end in a ${name} box`);
}

function concat(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The routes that speak. */
import { parse } from 'range-parser';
import { wavHeader } from '../wire/wav.js';
import { busy } from './busy.js';
import { CONTENT_TYPES, type Encoder, encoders } from './encode.js';
import { find, keep } from './kept.js';
import { type Sound, speak } from './pages.js';
import { Refusal, success, toRefusal } from './refusal.js';
import { Fields, type Format, type Wish } from './request.js';

/** What the routes have to know of their place. */
export interface Place {
  /** Where the routes lie. */
  path: URL;
  /** Where the files of the package lie. */
  files: URL;
}

/** Requests that may be under way or wait. */
export const QUEUE = 64;

let jobs = 0;

export function jobCount(): number {
  return jobs;
}

/** `POST tts`: a whole file, by its address or in base64. */
export async function tts(request: Request, { path, files }: Place): Promise<Response> {
  const wish = (await Fields.read(request)).wish();
  const { sampleRate, pieces, coder } = await begin(wish, request.signal, files);
  const parts: BlobPart[] = [];
  let samples = 0;
  for await (const piece of pieces) {
    samples += piece.samples;
    parts.push(coder.encode(piece.bytes));
  }
  parts.push(coder.finish());
  parts.unshift(wish.format === 'wav' ? wavHeader(samples, sampleRate) : coder.head);
  const file = new Blob(parts, { type: CONTENT_TYPES[wish.format] });
  const made = { duration: samples / sampleRate, size: file.size };
  if (wish.base64) return success({ audio: await base64(file), ...made });
  const url = new URL(`tts/audio/${crypto.randomUUID()}.${wish.format}`, path);
  await keep(url.href, file);
  return success({ audio_url: url.pathname, ...made });
}

/** `GET tts/stream` and `POST tts/stream`: the sound while it is made. */
export async function stream(request: Request, place: Place): Promise<Response> {
  const wish = (await Fields.read(request)).wish(usualFormat(request));
  if (wish.base64) throw new Refusal('E_OPTION_FORMAT', 'a stream is not base64');
  return pour(wish, request, place);
}

/** `POST v1/audio/speech`, as clients of cloud services ask for speech. */
export async function cloud(request: Request, place: Place): Promise<Response> {
  return pour((await Fields.read(request)).cloudWish(), request, place);
}

/** Takes a job on, if there is room. */
async function begin(
  { text, options, voice, format }: Wish,
  signal: AbortSignal,
  files: URL,
  wide = false,
): Promise<Sound & { coder: Encoder }> {
  if (jobs >= QUEUE) throw new Refusal('E_SERVICE_BUSY', 'too many requests are waiting');
  jobs += 1;
  const release = busy();
  const end = () => {
    jobs -= 1;
    release();
  };
  const kind = format === 'opus' ? 'opus' : 'pcm';
  try {
    const coders = await encoders(format, files, wide);
    const { sampleRate, pieces } = await speak({ type: 'speak', text, options, voice, format: kind }, signal);
    return { sampleRate, pieces: counted(pieces, end), coder: coders(sampleRate) };
  } catch (error) {
    end();
    throw error;
  }
}

async function* counted(pieces: Sound['pieces'], end: () => void): Sound['pieces'] {
  try {
    yield* pieces;
  } finally {
    end();
  }
}

/** Whether the request comes from an element that plays, in a browser that says it is Chromium by what it has. */
function isChromiumPlayer({ destination }: Request): boolean {
  return (destination === 'audio' || destination === 'video') && 'userAgentData' in navigator;
}

/** Firefox plays MP3 that is opened as a page or in a frame, but never WAV, which it saves. */
function usualFormat({ mode }: Request): Format {
  return mode === 'navigate' && navigator.userAgent.includes('Firefox/') ? 'mp3' : 'wav';
}

/** Answers with the first piece of sound, so that what is wrong with a wish has a status of its own. */
async function pour(wish: Wish, request: Request, { files }: Place): Promise<Response> {
  const { pieces, coder } = await begin(wish, request.signal, files, isChromiumPlayer(request));
  const first = await pieces.next();
  const headers = { 'content-type': CONTENT_TYPES[wish.format], 'cache-control': 'no-store' };
  if (request.method === 'HEAD') {
    await pieces.return();
    return new Response(null, { headers });
  }
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      if (coder.head.length > 0) controller.enqueue(coder.head);
      if (!first.done) controller.enqueue(coder.encode(first.value.bytes));
    },
    pull: async (controller) => {
      try {
        const piece = await pieces.next();
        const bytes = piece.done ? coder.finish() : coder.encode(piece.value.bytes);
        if (bytes.length > 0) controller.enqueue(bytes);
        if (piece.done) controller.close();
      } catch (error) {
        // The connection breaks off, so that nobody takes it for the end.
        controller.error(toRefusal(error));
      }
    },
    cancel: async () => void (await pieces.return()),
  });
  return new Response(body, { headers });
}

/** `GET tts/audio/…`: a file that `tts` has made, or a range of it. */
export async function audio(request: Request): Promise<Response> {
  const file = await find(request.url);
  if (!file) throw new Refusal('E_AUDIO_GONE', 'the sound has been dropped to make room; ask for it again');
  const { size, type } = file;
  const headers = { 'content-type': type, 'accept-ranges': 'bytes', 'cache-control': 'private, max-age=3600' };
  const range = request.headers.get('range');
  const ranges = range ? parse(size, range) : undefined;
  // Two stands for what cannot be satisfied.
  if (ranges?.code === 2) {
    const place = { 'content-range': `bytes */${size}` };
    throw new Refusal('E_REQUEST_RANGE', `the range lies outside of the file's ${size} bytes`, { headers: place });
  }
  const [only, another] = ranges?.ranges ?? [];
  // Several ranges, or what is no range of bytes, may be answered as if there was none.
  const whole = !only || another || ranges?.type !== 'bytes';
  const part = whole ? file : file.slice(only.start, only.end + 1, type);
  const place: Record<string, string> = whole ? {} : { 'content-range': `bytes ${only.start}-${only.end}/${size}` };
  return new Response(request.method === 'HEAD' ? null : part, {
    status: whole ? 200 : 206,
    headers: { ...headers, ...place, 'content-length': String(part.size) },
  });
}

async function base64(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  // As many as a call can take.
  const step = 0x8000;
  let text = '';
  for (let at = 0; at < bytes.length; at += step) text += String.fromCharCode(...bytes.subarray(at, at + step));
  return btoa(text);
}

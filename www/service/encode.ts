/** Sound as the bytes of a format, while it is made. Pages send samples, or Opus, which only they can make. */
import { createEncoder, type WasmMediaEncoder } from 'wasm-media-encoders';
import { wavHeader } from '../wire/wav.js';
import { Refusal } from './refusal.js';
import type { Format } from './request.js';

export const CONTENT_TYPES: Record<Format, string> = {
  wav: 'audio/wav',
  pcm: 'audio/pcm',
  mp3: 'audio/mpeg',
  opus: 'audio/ogg',
};

/** Kilobits per second of MP3, beyond which a voice of 24 kHz has little to gain. */
const BITRATE = 64;

/**
 * Chromium's player takes sound in blocks of 32 KB, and of a WAV file seven of them before it begins: seven seconds of 16-bit
 * samples. So it gets them as wide as they can be, left and right of eight channels of floats, after a moment of silence: what
 * two chunks of a speech amount to is then enough.
 */
const WIDE = { channels: 8, bytes: 4, silence: 0.025 } as const;

export interface Encoder {
  /** What goes before the first sample. */
  head: Uint8Array<ArrayBuffer>;
  encode(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>;
  /** What comes after the last sample. */
  finish(): Uint8Array<ArrayBuffer>;
}

const NOTHING = new Uint8Array(0);

/**
 * What makes a format's encoder once the sampling rate is known; all that may fail is done before. `files` is where the package's
 * files lie; `wide`: for Chromium's player.
 */
export async function encoders(format: Format, files: URL, wide = false): Promise<(sampleRate: number) => Encoder> {
  if (format === 'mp3') return mp3(await createEncoder('audio/mpeg', await lame(files)));
  return (sampleRate) => {
    if (format === 'wav' && wide) {
      const silence = new Float32Array(WIDE.channels * Math.round(WIDE.silence * sampleRate));
      return { head: concat(wideHeader(sampleRate), silence), encode: widen, finish: () => NOTHING };
    }
    const head = format === 'wav' ? endlessHeader(sampleRate) : NOTHING;
    return { head, encode: (bytes) => bytes, finish: () => NOTHING };
  };
}

/** The head of a WAV stream whose length nobody knows yet. */
function endlessHeader(sampleRate: number): Uint8Array<ArrayBuffer> {
  const header = wavHeader(0, sampleRate);
  const lengths = new DataView(header.buffer);
  lengths.setUint32(4, 0xffffffff, true);
  lengths.setUint32(40, 0xffffffff, true);
  return header;
}

let lameModule: Promise<WebAssembly.Module> | undefined;

async function compile(url: URL): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(String(response.status));
  return WebAssembly.compile(await response.arrayBuffer());
}

/** MP3's encoder. */
function lame(files: URL): Promise<WebAssembly.Module> {
  lameModule ??= compile(new URL('mp3.wasm', files)).catch((error) => {
    lameModule = undefined;
    throw new Refusal('E_NETWORK', `the MP3 encoder could not be fetched: ${error}`);
  });
  return lameModule;
}

function mp3(encoder: WasmMediaEncoder<'audio/mpeg'>): (sampleRate: number) => Encoder {
  return (sampleRate) => {
    encoder.configure({ channels: 1, sampleRate, bitrate: BITRATE });
    return {
      head: NOTHING,
      // The encoder gives a view of its own memory.
      encode: (bytes) => new Uint8Array(encoder.encode([toFloats(bytes)])),
      finish: () => new Uint8Array(encoder.finalize()),
    };
  };
}

function wideHeader(sampleRate: number): Uint8Array<ArrayBuffer> {
  const header = endlessHeader(sampleRate);
  const fields = new DataView(header.buffer);
  const frame = WIDE.channels * WIDE.bytes;
  const FLOAT = 3;
  fields.setUint16(20, FLOAT, true);
  fields.setUint16(22, WIDE.channels, true);
  fields.setUint32(28, sampleRate * frame, true);
  fields.setUint16(32, frame, true);
  fields.setUint16(34, WIDE.bytes * 8, true);
  return header;
}

/** The first two channels are left and right. */
function widen(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const samples = toFloats(bytes);
  const wide = new Float32Array(samples.length * WIDE.channels);
  for (const [at, sample] of samples.entries()) wide.fill(sample, at * WIDE.channels, at * WIDE.channels + 2);
  return new Uint8Array(wide.buffer);
}

function concat(header: Uint8Array, samples: Float32Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(header.byteLength + samples.byteLength);
  whole.set(header);
  whole.set(new Uint8Array(samples.buffer), header.byteLength);
  return whole;
}

/** 16-bit samples as -1..1. */
function toFloats(bytes: Uint8Array<ArrayBuffer>): Float32Array {
  const pcm = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  return Float32Array.from(pcm, (sample) => sample / 32767);
}

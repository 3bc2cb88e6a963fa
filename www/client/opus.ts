/** Opus in Ogg, by the browser's own encoder. */
import {
  AppendOnlyStreamTarget,
  AudioSample,
  AudioSampleSource,
  canEncodeAudio,
  OggOutputFormat,
  Output,
  Quality,
} from 'mediabunny';
import { LangduError } from '../wire/errors.js';

/** Bits per second: transparent for a voice. */
const BITRATE = 32_000;
/** Seconds of sound that a page of Ogg may hold back. */
const PAGE = 0.1;

export interface Piece {
  bytes: Uint8Array<ArrayBuffer>;
  samples: number;
}

/** Whether this browser can encode it. */
export function hasOpus(sampleRate: number): Promise<boolean> {
  return canEncodeAudio('opus', { numberOfChannels: 1, sampleRate, quality: new Quality({ bitrate: BITRATE }) });
}

/** Encodes samples while they are made. */
export async function* toOpus(
  chunks: AsyncIterable<{ samples: Float32Array<ArrayBuffer> }>,
  sampleRate: number,
): AsyncGenerator<Piece, void, undefined> {
  if (!(await hasOpus(sampleRate))) {
    throw new LangduError('E_OPTION_FORMAT', 'this browser cannot make `opus`; there is wav, pcm, mp3');
  }
  let written: Uint8Array[] = [];
  const take = (samples: number): Piece => {
    const piece = { bytes: concat(written), samples };
    written = [];
    return piece;
  };
  const target = new AppendOnlyStreamTarget(new WritableStream({ write: (bytes) => void written.push(bytes.slice()) }));
  const output = new Output({ format: new OggOutputFormat({ maximumPageDuration: PAGE }), target });
  const source = new AudioSampleSource({ codec: 'opus', quality: new Quality({ bitrate: BITRATE }) });
  output.addAudioTrack(source);
  await output.start();
  let position = 0;
  try {
    for await (const { samples } of chunks) {
      const timestamp = position / sampleRate;
      const sample = new AudioSample({ data: samples, format: 'f32', numberOfChannels: 1, sampleRate, timestamp });
      await source.add(sample);
      sample.close();
      position += samples.length;
      yield take(samples.length);
    }
    await output.finalize();
    yield take(0);
  } finally {
    if (output.state !== 'finalized') await output.cancel();
  }
}

function concat(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

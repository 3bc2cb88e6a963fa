import { toPcm16, wavHeader } from '../wire/wav.js';

/** Blobs and arrays that are joined at a time. */
const MANY = 64;

/** A mono 16-bit PCM WAV file that grows. */
export class WavFile {
  private parts: BlobPart[] = [];
  private samples = 0;

  constructor(private readonly sampleRate: number) {}

  add(samples: Float32Array): void {
    this.samples += samples.length;
    this.parts.push(toPcm16(samples));
    // The browser may keep a blob on disk, but not our arrays.
    if (this.parts.length === MANY) this.parts = [new Blob(this.parts)];
  }

  close(): Blob {
    return new Blob([wavHeader(this.samples, this.sampleRate), ...this.parts], { type: 'audio/wav' });
  }
}

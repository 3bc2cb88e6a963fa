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

/** The 44-byte header of a mono 16-bit PCM WAV file of `samples` samples. */
function wavHeader(samples: number, sampleRate: number): Uint8Array<ArrayBuffer> {
  const header = new DataView(new ArrayBuffer(44));
  const ascii = (at: number, text: string) => {
    for (let i = 0; i < text.length; i += 1) header.setUint8(at + i, text.charCodeAt(i));
  };
  ascii(0, 'RIFF');
  header.setUint32(4, 36 + samples * 2, true);
  ascii(8, 'WAVEfmt ');
  header.setUint32(16, 16, true);
  header.setUint16(20, 1, true);
  header.setUint16(22, 1, true);
  header.setUint32(24, sampleRate, true);
  header.setUint32(28, sampleRate * 2, true);
  header.setUint16(32, 2, true);
  header.setUint16(34, 16, true);
  ascii(36, 'data');
  header.setUint32(40, samples * 2, true);
  return new Uint8Array(header.buffer);
}

/** Samples in -1..1 as 16-bit PCM, clipped. */
function toPcm16(samples: Float32Array): Int16Array<ArrayBuffer> {
  const pcm = new Int16Array(samples.length);
  for (let i = 0; i < samples.length; i += 1) {
    pcm[i] = Math.round(Math.max(-1, Math.min(1, samples[i] ?? 0)) * 32767);
  }
  return pcm;
}

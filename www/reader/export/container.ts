/** Encoders and containers, all of them mediabunny's. */
import {
  ALL_FORMATS,
  AudioSample,
  AudioSampleSource,
  BlobSource,
  canEncodeAudio,
  EncodedAudioPacketSource,
  EncodedPacketSink,
  Input,
  type MetadataTags,
  Mp3OutputFormat,
  Mp4OutputFormat,
  OggOutputFormat,
  Output,
  type OutputFormat,
  StreamTarget,
  type StreamTargetChunk,
  WavOutputFormat,
} from 'mediabunny';
import { CONTAINERS, type Container } from './kinds.js';

const FORMATS: Record<Container, () => OutputFormat> = {
  // What describes the file comes last, so that nothing has to be held back.
  m4a: () => new Mp4OutputFormat({ fastStart: false }),
  opus: () => new OggOutputFormat(),
  mp3: () => new Mp3OutputFormat(),
  wav: () => new WavOutputFormat(),
};

/** Makes the codec available: the browser's own encoder where it has one, a packaged one otherwise. False where neither is. */
export async function prepareCodec(container: Container, sampleRate: number, bitrate: number): Promise<boolean> {
  const { codec } = CONTAINERS[container];
  const able = () => canEncodeAudio(codec, { numberOfChannels: 1, sampleRate, bitrate });
  if (codec === 'pcm-s16' || (await able())) return true;
  if (codec === 'aac') (await import('@mediabunny/aac-encoder')).registerAacEncoder();
  if (codec === 'mp3') (await import('@mediabunny/mp3-encoder')).registerMp3Encoder();
  return able();
}

/** Writes one part: samples in, a file out. */
export class PartWriter {
  private readonly output: Output;
  private readonly source: AudioSampleSource;
  private samples = 0;

  constructor(
    container: Container,
    bitrate: number,
    private readonly sampleRate: number,
    writable: WritableStream<StreamTargetChunk>,
  ) {
    const { codec } = CONTAINERS[container];
    this.output = new Output({
      format: FORMATS[container](),
      target: new StreamTarget(writable, { chunked: true, chunkSize: 1 << 20 }),
    });
    this.source = new AudioSampleSource(codec === 'pcm-s16' ? { codec } : { codec, bitrate });
    this.output.addAudioTrack(this.source);
  }

  async start(): Promise<void> {
    await this.output.start();
  }

  async add(data: Float32Array<ArrayBuffer>): Promise<void> {
    const { sampleRate } = this;
    const sample = new AudioSample({
      data,
      format: 'f32',
      numberOfChannels: 1,
      sampleRate,
      timestamp: this.samples / sampleRate,
    });
    this.samples += data.length;
    await this.source.add(sample);
    sample.close();
  }

  /** Seconds in all. */
  async finish(): Promise<number> {
    await this.output.finalize();
    return this.samples / this.sampleRate;
  }

  async cancel(): Promise<void> {
    await this.output.cancel();
  }
}

/** Puts finished parts one behind the other, without encoding them anew. Returns where each begins, in seconds. */
export async function joinParts(
  container: Container,
  parts: (() => Promise<Blob>)[],
  tags: MetadataTags,
  writable: WritableStream<StreamTargetChunk>,
  signal: AbortSignal,
): Promise<number[]> {
  const { codec } = CONTAINERS[container];
  const output = new Output({
    format: FORMATS[container](),
    target: new StreamTarget(writable, { chunked: true, chunkSize: 1 << 20 }),
  });
  const source = new EncodedAudioPacketSource(codec);
  output.addAudioTrack(source);
  output.setMetadataTags(tags);
  await output.start();
  const starts: number[] = [];
  let offset = 0;
  for (const part of parts) {
    signal.throwIfAborted();
    starts.push(offset);
    const input = new Input({ formats: ALL_FORMATS, source: new BlobSource(await part()) });
    const track = await input.getPrimaryAudioTrack();
    if (!track) throw new Error('A part has no sound in it');
    const decoderConfig = (await track.getDecoderConfig()) ?? undefined;
    let end = 0;
    for await (const packet of new EncodedPacketSink(track).packets()) {
      const timestamp = Math.max(0, packet.timestamp);
      await source.add(packet.clone({ timestamp: offset + timestamp }), decoderConfig && { decoderConfig });
      end = timestamp + packet.duration;
    }
    offset += end;
    input.dispose();
  }
  await output.finalize();
  return starts;
}

/** Speed beyond the voice's own range: the sound is made shorter, its pitch kept. */
import { SoundTouch } from '@soundtouchjs/core';

export class Stretcher {
  private readonly touch: SoundTouch;

  constructor(sampleRate: number, tempo: number) {
    this.touch = new SoundTouch({ sampleRate });
    this.touch.stretch.tempo = tempo;
  }

  /** Takes samples in; gives what is ready. */
  push(samples: Float32Array): Float32Array<ArrayBuffer> {
    const { inputBuffer } = this.touch;
    // The library knows two channels only.
    const pairs = new Float32Array(samples.length * 2);
    for (let i = 0; i < samples.length; i += 1) {
      const sample = samples[i] ?? 0;
      pairs[2 * i] = sample;
      pairs[2 * i + 1] = sample;
    }
    inputBuffer.putSamples(pairs);
    this.touch.process();
    return this.take();
  }

  private take(): Float32Array<ArrayBuffer> {
    const { outputBuffer } = this.touch;
    const pairs = new Float32Array(outputBuffer.frameCount * 2);
    outputBuffer.extract(pairs, 0, outputBuffer.frameCount);
    outputBuffer.receive(outputBuffer.frameCount);
    return Float32Array.from({ length: pairs.length / 2 }, (_, i) => pairs[2 * i] ?? 0);
  }
}

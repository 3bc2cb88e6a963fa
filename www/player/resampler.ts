/**
 * From the voice's rate to the device's, where a browser's context does not run at the rate it was asked for: a sinc under a
 * Hann window, in steps between precomputed phases (Smith, «Digital Audio Resampling»).
 */

/** Zero crossings of the sinc on either side. */
const CROSSINGS = 16;
/** Phases between two samples. */
const PHASES = 256;

export class Resampler {
  /** Samples of the source on either side of a point that reach it. */
  private readonly reach: number;
  /** By phase, the weights of `2 * reach` samples; one phase more, to step towards. */
  private readonly weights: Float32Array;
  /** Samples of the source round the point, the oldest first. */
  private readonly window: Float32Array;
  /** The block that was pulled last, and how many of its samples are in the window. */
  private readonly source = new Float32Array(128);
  private used = this.source.length;
  /** How far the point lies behind the middle of the window, in samples of the source. */
  private phase = 0;
  private readonly step: number;

  /** `from`, `to`: samples per second. */
  constructor(from: number, to: number) {
    this.step = from / to;
    // Downwards, what the slower rate can't hold is left out.
    const cutoff = Math.min(1, to / from);
    this.reach = Math.ceil(CROSSINGS / cutoff);
    const taps = 2 * this.reach;
    this.window = new Float32Array(taps);
    this.weights = new Float32Array((PHASES + 1) * taps);
    for (let phase = 0; phase <= PHASES; phase += 1) {
      for (let tap = 0; tap < taps; tap += 1) {
        const distance = tap - (this.reach - 1) - phase / PHASES;
        const x = Math.PI * distance * cutoff;
        const sinc = x === 0 ? 1 : Math.sin(x) / x;
        const hann = 0.5 + 0.5 * Math.cos((Math.PI * distance) / this.reach);
        this.weights[phase * taps + tap] = Math.abs(distance) < this.reach ? cutoff * sinc * hann : 0;
      }
    }
  }

  /** Fills a block at the device's rate; `pull` fills the next 128 samples at the source's. */
  fill(block: Float32Array, pull: (samples: Float32Array) => void): void {
    for (let i = 0; i < block.length; i += 1) {
      for (; this.phase >= 1; this.phase -= 1) {
        if (this.used === this.source.length) {
          this.source.fill(0);
          pull(this.source);
          this.used = 0;
        }
        this.window.copyWithin(0, 1);
        this.window[this.window.length - 1] = this.source[this.used] ?? 0;
        this.used += 1;
      }
      block[i] = this.at(this.phase * PHASES);
      this.phase += this.step;
    }
  }

  private at(place: number): number {
    const taps = this.window.length;
    const phase = Math.floor(place);
    const share = place - phase;
    const base = phase * taps;
    let sum = 0;
    for (let tap = 0; tap < taps; tap += 1) {
      const here = this.weights[base + tap] ?? 0;
      const next = this.weights[base + taps + tap] ?? 0;
      sum += (this.window[tap] ?? 0) * (here + share * (next - here));
    }
    return sum;
  }
}

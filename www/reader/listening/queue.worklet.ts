/** Plays what is queued, one piece after the other, and says how much of it has been heard. */
export type ToQueue =
  | { type: 'add'; samples: Float32Array<ArrayBuffer> }
  /** Silences everything; what is counted begins anew under this number. */
  | { type: 'drop'; epoch: number }
  | { type: 'hold'; hold: boolean };

export interface FromQueue {
  epoch: number;
  /** Samples heard. */
  played: number;
  /** Times that there was nothing to play in mid-speech. */
  gaps: number;
}

const REPORT_EVERY = 512;

class Queue extends AudioWorkletProcessor {
  private readonly pieces: Float32Array[] = [];
  private offset = 0;
  private epoch = 0;
  private played = 0;
  private reported = 0;
  private gaps = 0;
  private dry = true;
  private gain = 0;
  private hold = false;
  private tail: Float32Array | null = null;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<ToQueue>) => this.obey(data);
  }

  override process(_inputs: Float32Array[][], [output]: Float32Array[][]): boolean {
    const block = output?.[0];
    if (!block) return true;
    if (this.tail) {
      block.set(this.tail);
      this.tail = null;
      return true;
    }
    const target = this.hold ? 0 : 1;
    if (this.gain === 0 && target === 0) return true;
    const filled = this.fill(block);
    const step = (target - this.gain) / block.length;
    if (step !== 0) for (let i = 0; i < block.length; i += 1) block[i] = (block[i] ?? 0) * (this.gain + step * i);
    this.gain = target;
    if (filled < block.length && !this.dry) {
      this.gaps += 1;
      this.dry = true;
      this.report();
    } else if (filled > 0) this.dry = false;
    if (this.played - this.reported >= REPORT_EVERY) this.report();
    return true;
  }

  private fill(block: Float32Array): number {
    let filled = 0;
    while (filled < block.length) {
      const piece = this.pieces[0];
      if (!piece) break;
      const count = Math.min(block.length - filled, piece.length - this.offset);
      for (let i = 0; i < count; i += 1) block[filled + i] = piece[this.offset + i] ?? 0;
      filled += count;
      this.offset += count;
      this.played += count;
      if (this.offset < piece.length) continue;
      this.pieces.shift();
      this.offset = 0;
    }
    return filled;
  }

  private obey(message: ToQueue): void {
    if (message.type === 'add') this.pieces.push(message.samples);
    else if (message.type === 'hold') this.hold = message.hold;
    else {
      this.fade();
      this.pieces.length = 0;
      this.offset = 0;
      this.epoch = message.epoch;
      this.played = 0;
      this.reported = 0;
      this.gaps = 0;
      this.dry = true;
    }
  }

  /** What is cut off dies away within a block. */
  private fade(): void {
    const piece = this.pieces[0];
    if (!piece || this.gain === 0) return;
    this.tail = piece.slice(this.offset, this.offset + 128);
    for (let i = 0; i < this.tail.length; i += 1) this.tail[i] = (this.tail[i] ?? 0) * this.gain * (1 - i / 128);
  }

  private report(): void {
    this.reported = this.played;
    this.port.postMessage({ epoch: this.epoch, played: this.played, gaps: this.gaps } satisfies FromQueue);
  }
}

registerProcessor('langdu-reader-queue', Queue);

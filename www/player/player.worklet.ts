/**
 * The player: plays chunks in the order they arrive, job after job, on the audio thread. One sample of the queue is one
 * frame of the context, which runs at the voice's rate.
 */
import type { PageToPlayer, PlayerToPage, PlayerToWorker, WorkerToPlayer } from '../wire/messages.js';

/** Samples between two position reports: 32 ms at 16 kHz. */
const REPORT_EVERY = 512;

class Player extends AudioWorkletProcessor {
  private readonly queue: WorkerToPlayer[] = [];
  /** Samples of the head chunk already played. */
  private offset = 0;
  /** The job being played, 0 between jobs. */
  private job = 0;
  private position = 0;
  private reported = 0;
  private drained = 0;
  private cancelled = 0;
  private starved = false;
  private underruns = 0;
  /** Level the output is at and level it goes to: changes are ramped over one block, so that nothing clicks. */
  private gain = 1;
  private targetGain = 1;
  /** What is left to fade out of a sound that was cut off. */
  private tail: Float32Array | null = null;
  private worker: MessagePort | null = null;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<PageToPlayer>) => this.obey(data);
  }

  /** Runs on the audio thread for every block of 128 frames: allocates only when it has something to report. */
  override process(_inputs: Float32Array[][], [output]: Float32Array[][]): boolean {
    const block = output?.[0];
    if (!block) return true;
    if (this.tail) {
      block.set(this.tail);
      this.tail = null;
      return true;
    }
    if (this.gain === 0 && this.targetGain === 0) return true;
    const filled = this.fill(block);
    this.ramp(block);
    if (this.job && this.position - this.reported >= REPORT_EVERY) this.report();
    this.watch(filled < block.length);
    return true;
  }

  private obey(message: PageToPlayer): void {
    switch (message.type) {
      case 'connect':
        this.worker?.close();
        this.worker = message.port;
        this.drained = 0;
        message.port.onmessage = ({ data }: MessageEvent<WorkerToPlayer>) => this.receive(data);
        break;
      case 'pause':
        this.targetGain = message.paused ? 0 : 1;
        break;
      case 'cancel':
        this.cancelled = Math.max(this.cancelled, message.through);
        this.discard((job) => job <= this.cancelled);
        break;
      case 'drop':
        this.discard((job) => job === message.job);
        break;
    }
  }

  private receive(chunk: WorkerToPlayer): void {
    if (chunk.job <= this.cancelled) this.drain(chunk.samples.length);
    else this.queue.push(chunk);
  }

  /** Copies queued samples into the block; returns how many. */
  private fill(block: Float32Array): number {
    let filled = 0;
    while (filled < block.length) {
      const chunk = this.queue[0];
      if (!chunk) break;
      if (chunk.job !== this.job) this.begin(chunk.job);
      const count = Math.min(block.length - filled, chunk.samples.length - this.offset);
      for (let i = 0; i < count; i += 1) block[filled + i] = chunk.samples[this.offset + i] ?? 0;
      filled += count;
      this.offset += count;
      this.position += count;
      if (this.offset === chunk.samples.length) this.shift(chunk);
    }
    return filled;
  }

  private begin(job: number): void {
    this.job = job;
    this.position = 0;
    this.reported = 0;
    this.starved = false;
    this.underruns = 0;
    this.tell({ type: 'started', job });
  }

  private shift(chunk: WorkerToPlayer): void {
    this.queue.shift();
    this.offset = 0;
    this.drain(chunk.samples.length);
    if (!chunk.last) return;
    this.report();
    this.tell({ type: 'ended', job: chunk.job });
    this.job = 0;
  }

  /** Counts an underrun once per gap: the job goes on, its next chunk isn't here. */
  private watch(short: boolean): void {
    const starved = short && this.job !== 0;
    if (starved && !this.starved) {
      this.underruns += 1;
      this.tell({ type: 'underrun', job: this.job, count: this.underruns });
    }
    this.starved = starved;
  }

  private ramp(block: Float32Array): void {
    if (this.gain === 1 && this.targetGain === 1) return;
    const step = (this.targetGain - this.gain) / block.length;
    for (let i = 0; i < block.length; i += 1) block[i] = (block[i] ?? 0) * (this.gain + step * i);
    this.gain = this.targetGain;
  }

  /** Removes the jobs that match; the one being heard fades out within a block. */
  private discard(matches: (job: number) => boolean): void {
    const head = this.queue[0];
    if (head && head.job === this.job && matches(head.job) && this.gain > 0) {
      this.tail = head.samples.slice(this.offset, this.offset + 128);
      for (let i = 0; i < this.tail.length; i += 1) this.tail[i] = (this.tail[i] ?? 0) * this.gain * (1 - i / 128);
    }
    for (let i = this.queue.length - 1; i >= 0; i -= 1) {
      const chunk = this.queue[i];
      if (!chunk || !matches(chunk.job)) continue;
      if (i === 0) this.offset = 0;
      this.queue.splice(i, 1);
      this.drain(chunk.samples.length);
    }
    if (this.job && matches(this.job)) this.job = 0;
  }

  private drain(samples: number): void {
    this.drained += samples;
    this.tellWorker();
  }

  private tellWorker(): void {
    this.worker?.postMessage({ drained: this.drained + this.offset } satisfies PlayerToWorker);
  }

  private report(): void {
    this.reported = this.position;
    this.tellWorker();
    this.tell({ type: 'position', job: this.job, position: this.position });
  }

  private tell(message: PlayerToPage): void {
    this.port.postMessage(message);
  }
}

registerProcessor('langdu-player', Player);

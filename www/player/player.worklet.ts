/**
 * The player: plays chunks in the order of their jobs, on the audio thread. The queue is at the voice's rate, and so is the
 * context, unless a browser insists on another one: then the last step takes the sound there.
 */
import type { PageToPlayer, PlayerSettings, PlayerToPage, PlayerToWorker, WorkerToPlayer } from '../wire/messages.js';
import { Resampler } from './resampler.js';

/** Times a second that the position is reported. */
const REPORTS = 30;
/** How long a sound that is cut off takes to fade, in seconds. */
const FADE = 0.005;

class Player extends AudioWorkletProcessor {
  private readonly queue: WorkerToPlayer[] = [];
  /** Samples of the head chunk already played. */
  private offset = 0;
  /** The job being played, 0 between jobs. */
  private job = 0;
  private position = 0;
  private reported = 0;
  private drained = 0;
  /** Every job up to this one is over: played, or cancelled. */
  private over = 0;
  /** Jobs after it that are silenced. */
  private readonly dropped = new Set<number>();
  private starved = false;
  private underruns = 0;
  /** Level the output is at and level it goes to: changes are ramped over one block, so that nothing clicks. */
  private gain = 1;
  private targetGain = 1;
  /** What is left of the fade of a sound that was cut off. */
  private tail: Float32Array | null = null;
  private worker: MessagePort | null = null;

  /** Samples of the queue per second. */
  private readonly rate: number;
  private readonly resampler: Resampler | null;
  private readonly pull = (block: Float32Array) => this.play(block);

  constructor({ processorOptions }: { processorOptions: PlayerSettings }) {
    super();
    this.rate = processorOptions.rate;
    this.resampler = this.rate === sampleRate ? null : new Resampler(this.rate, sampleRate);
    this.port.onmessage = ({ data }: MessageEvent<PageToPlayer>) => this.obey(data);
  }

  /** Runs on the audio thread for every block of 128 frames: allocates only when it has something to report. */
  override process(_inputs: Float32Array[][], [output]: Float32Array[][]): boolean {
    const block = output?.[0];
    if (!block) return true;
    if (this.resampler) this.resampler.fill(block, this.pull);
    else this.play(block);
    return true;
  }

  /** The next block at the voice's rate. */
  private play(block: Float32Array): void {
    if (this.gain > 0 || this.targetGain > 0) {
      const filled = this.fill(block);
      this.ramp(block);
      if (this.job && this.position - this.reported >= this.rate / REPORTS) this.report();
      this.watch(filled < block.length);
    }
    this.fade(block);
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
        this.over = Math.max(this.over, message.through);
        this.discard((job) => job <= this.over);
        break;
      case 'drop':
        this.dropped.add(message.job);
        this.discard((job) => job === message.job);
        break;
    }
  }

  private receive(chunk: WorkerToPlayer): void {
    if (chunk.job <= this.over || this.dropped.has(chunk.job)) {
      this.drain(chunk.samples.length);
      return;
    }
    if (chunk.cut !== undefined) this.replace(chunk, chunk.cut);
    const next = this.queue.findIndex(({ job }) => job > chunk.job);
    this.queue.splice(next < 0 ? this.queue.length : next, 0, chunk);
  }

  /** Makes room for a chunk from sample `cut` of its job on; what was to be heard there fades into it. */
  private replace(chunk: WorkerToPlayer, cut: number): void {
    const heard = chunk.job === this.job;
    let at = heard ? this.position - this.offset : 0;
    const from = heard ? Math.max(cut, this.position) : cut;
    const fade = new Float32Array(Math.round(this.rate * FADE));
    let faded = 0;
    for (let i = 0; i < this.queue.length; ) {
      const queued = this.queue[i];
      if (queued?.job !== chunk.job) {
        i += 1;
        continue;
      }
      const { samples } = queued;
      const kept = Math.max(0, Math.min(samples.length, from - at));
      at += samples.length;
      const gone = samples.subarray(kept);
      for (let k = 0; k < gone.length && faded < fade.length; k += 1, faded += 1) {
        fade[faded] = (gone[k] ?? 0) * (1 - faded / fade.length);
      }
      this.drain(gone.length);
      // What has been played of the head is counted by `offset`.
      if (kept === 0) this.queue.splice(i, 1);
      else {
        this.queue[i] = { ...queued, samples: samples.subarray(0, kept) as Float32Array<ArrayBuffer>, last: false };
        i += 1;
      }
    }
    if (heard && from > cut) this.shiftTime(cut - from);
    for (let k = 0; k < faded && k < chunk.samples.length; k += 1) {
      chunk.samples[k] = (chunk.samples[k] ?? 0) * (faded < fade.length ? 1 : k / fade.length) + (fade[k] ?? 0);
    }
  }

  /** The job's own time goes on elsewhere: what was heard of it too long is not counted. */
  private shiftTime(samples: number): void {
    this.position += samples;
    this.reported = Math.min(this.reported, this.position);
  }

  /** Copies queued samples into the block; returns how many. */
  private fill(block: Float32Array): number {
    let filled = 0;
    while (filled < block.length) {
      const chunk = this.queue[0];
      // The rest of a job comes before the next one.
      if (!chunk || (this.job && chunk.job > this.job)) break;
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
    this.over = Math.max(this.over, chunk.job);
    for (const job of this.dropped) if (job <= this.over) this.dropped.delete(job);
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

  /** Lays the fade of what was cut off over the block. */
  private fade(block: Float32Array): void {
    const { tail } = this;
    if (!tail) return;
    const count = Math.min(block.length, tail.length);
    for (let i = 0; i < count; i += 1) block[i] = (block[i] ?? 0) + (tail[i] ?? 0);
    this.tail = tail.length > count ? tail.subarray(count) : null;
  }

  /** Removes the jobs that match; the one being heard fades out. */
  private discard(matches: (job: number) => boolean): void {
    const head = this.queue[0];
    if (head && head.job === this.job && matches(head.job) && this.gain > 0) {
      const length = Math.round(this.rate * FADE);
      this.tail = head.samples.slice(this.offset, this.offset + length);
      for (let i = 0; i < this.tail.length; i += 1) this.tail[i] = (this.tail[i] ?? 0) * this.gain * (1 - i / length);
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
    const { drained, offset, job, position } = this;
    this.worker?.postMessage({ drained: drained + offset, job, position } satisfies PlayerToWorker);
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

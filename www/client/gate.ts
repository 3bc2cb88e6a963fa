/** The way to the audio device: opened once, opened again if that failed, and unlocked for each speech. */
import type { PageToPlayer, PlayerToPage } from '../wire/messages.js';
import { Output } from './output.js';
import type { Clock } from './speech.js';

export interface GateHandlers {
  onMessage(message: PlayerToPage): void;
  /** There is an output. */
  onOpen(output: Output): void;
  onInterrupted(): void;
}

export class Gate implements Clock {
  output: Output | null = null;
  /** The system has taken the device away. */
  interrupted = false;
  sampleRate = 0;
  private opening: Promise<Output> | null = null;
  private level = 1;
  private closed = false;

  constructor(
    private readonly player: string,
    private readonly handlers: GateHandlers,
  ) {}

  get latency(): number {
    return this.output?.latency ?? 0;
  }

  set volume(volume: number) {
    this.level = volume;
    if (this.output) this.output.volume = volume;
  }

  /** The output at the voice's rate. Rejects with a coded error; asked again, it tries again. */
  open(sampleRate = this.sampleRate): Promise<Output> {
    this.sampleRate = sampleRate;
    this.opening ??= this.start();
    return this.opening;
  }

  /** Starts the audio clock, at once where there is one: browsers ask for it within the click. Rejects with a coded error. */
  async unlock(): Promise<void> {
    if (this.output) return this.output.unlock();
    return (await this.open()).unlock();
  }

  send(message: PageToPlayer): void {
    this.output?.send(message);
  }

  async close(): Promise<void> {
    this.closed = true;
    const output = await this.opening?.catch(() => null);
    await output?.close();
  }

  private async start(): Promise<Output> {
    try {
      const output = await Output.open(this.player, this.sampleRate, {
        onMessage: this.handlers.onMessage,
        onInterrupted: (interrupted) => {
          this.interrupted = interrupted && !this.closed;
          this.handlers.onInterrupted();
        },
      });
      output.volume = this.level;
      this.output = output;
      this.handlers.onOpen(output);
      return output;
    } catch (error) {
      this.opening = null;
      throw error;
    }
  }
}

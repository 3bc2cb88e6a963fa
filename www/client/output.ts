/** The way out: an AudioContext at the voice's rate with the player in it. */
import { LangduError } from '../wire/errors.js';
import type { PageToPlayer, PlayerToPage } from '../wire/messages.js';

/** How long the browser may take to start its audio before it counts as locked, in milliseconds. */
const PATIENCE_MS = { touched: 5000, untouched: 1500 };

/** Only Firefox says beforehand whether sound is allowed. */
type TellingNavigator = Navigator & { getAutoplayPolicy?: (context: AudioContext) => string };

export class Output {
  readonly node: AudioWorkletNode;
  private readonly context: AudioContext;

  private constructor(context: AudioContext, onMessage: (message: PlayerToPage) => void) {
    this.context = context;
    this.node = new AudioWorkletNode(context, 'langdu-player', { numberOfInputs: 0, outputChannelCount: [1] });
    this.node.port.onmessage = ({ data }: MessageEvent<PlayerToPage>) => onMessage(data);
    this.node.connect(context.destination);
  }

  static async open(base: URL, sampleRate: number, onMessage: (message: PlayerToPage) => void): Promise<Output> {
    if (typeof AudioWorkletNode === 'undefined' || typeof AudioContext === 'undefined') {
      throw new LangduError(
        'E_AUDIO_WORKLET',
        'This browser or page has no AudioWorklet (it needs HTTPS or localhost)',
      );
    }
    try {
      const context = new AudioContext({ sampleRate, latencyHint: 'interactive' });
      await context.audioWorklet.addModule(new URL('player.worklet.js', base));
      return new Output(context, onMessage);
    } catch (error) {
      throw new LangduError('E_AUDIO_WORKLET', `The player could not be started: ${String(error)}`);
    }
  }

  /** Opens the channel that brings sound from a worker; returns the worker's end. */
  connect(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.send({ type: 'connect', port: port2 }, [port2]);
    return port1;
  }

  send(message: PageToPlayer, transfer: Transferable[] = []): void {
    this.node.port.postMessage(message, transfer);
  }

  /** Starts the audio clock. Fails with `E_AUDIO_LOCKED` while the browser waits for a click or a key. */
  async unlock(): Promise<void> {
    if (this.running) return;
    const started = this.context.resume().catch(() => undefined);
    await Promise.race([started, new Promise((resolve) => setTimeout(resolve, this.patience()))]);
    if (!this.running) {
      throw new LangduError('E_AUDIO_LOCKED', 'The browser allows sound only after a click or a key on the page');
    }
  }

  private get running(): boolean {
    return this.context.state === 'running';
  }

  private patience(): number {
    const policy = (navigator as TellingNavigator).getAutoplayPolicy?.(this.context);
    if (policy === 'disallowed') return 0;
    const touched = policy === 'allowed' || (navigator.userActivation?.hasBeenActive ?? true);
    return touched ? PATIENCE_MS.touched : PATIENCE_MS.untouched;
  }

  async close(): Promise<void> {
    this.node.disconnect();
    await this.context.close();
  }
}

/** The way out: an AudioContext with the player in it, at the voice's rate where the browser lets it, and the lock that browsers put on it. */
import { LangduError } from '../wire/errors.js';
import type { PageToPlayer, PlayerSettings, PlayerToPage } from '../wire/messages.js';
import { diagnose } from './diagnosis.js';

/** How long the browser may take to start its audio before it counts as locked, in milliseconds. */
const PATIENCE_MS = { touched: 5000, untouched: 1500 };
/** What a person does that lets a page sound. */
const TOUCHES = ['pointerdown', 'keydown', 'touchend'];
/** Samples that the audio thread asks for at once (Web Audio's render quantum). */
const QUANTUM = 128;
/** How fast the volume follows, in seconds. */
const VOLUME_S = 0.01;
/**
 * Asked for its latency, Firefox waits for the sound server while it holds its audio graph; PulseAudio's part of it may at
 * that moment wait for the graph, and the tab stands still for ever.
 */
const LATENCY_LOCKS = /Linux.* Firefox\//;

/** Only Firefox says beforehand whether sound is allowed. */
type TellingNavigator = Navigator & { getAutoplayPolicy?: (context: AudioContext) => string };

export interface OutputHandlers {
  onMessage(message: PlayerToPage): void;
  /** The device has been taken away, or is there again. */
  onInterrupted(interrupted: boolean): void;
}

export class Output {
  /** Where the sound comes out: volume, then whatever is connected. */
  readonly node: GainNode;
  private readonly player: AudioWorkletNode;
  private readonly touch = () => void this.wake();
  private was = false;
  private element: HTMLMediaElement | null = null;
  private outlet: MediaStreamAudioDestinationNode | null = null;

  private constructor(
    readonly context: AudioContext,
    processorOptions: PlayerSettings,
    { onMessage, onInterrupted }: OutputHandlers,
  ) {
    const shape = { numberOfInputs: 0, outputChannelCount: [1] };
    this.player = new AudioWorkletNode(context, 'langdu-player', { ...shape, processorOptions });
    this.player.port.onmessage = ({ data }: MessageEvent<PlayerToPage>) => onMessage(data);
    this.node = context.createGain();
    this.player.connect(this.node).connect(context.destination);
    // The device starts while the finger is still down: speech that a click asks for finds it running.
    for (const type of TOUCHES) document.addEventListener(type, this.touch, { capture: true, passive: true });
    if (navigator.userActivation?.hasBeenActive) void this.wake();
    this.was = this.running;
    context.addEventListener('statechange', () => {
      if (this.running) this.was = true;
      else if (!this.was || context.state === 'closed') return;
      onInterrupted(!this.running);
    });
  }

  /** Rejects with a coded error. */
  static async open(player: string, sampleRate: number, handlers: OutputHandlers): Promise<Output> {
    if (typeof AudioWorkletNode === 'undefined' || typeof AudioContext === 'undefined') {
      throw new LangduError(
        'E_AUDIO_WORKLET',
        'This browser or page has no AudioWorklet (it needs HTTPS or localhost)',
      );
    }
    let context: AudioContext | null = null;
    try {
      // "interactive" is the device's own buffer, seldom a multiple of the quantum: Chromium then holds a second one back.
      context = new AudioContext({ sampleRate, latencyHint: QUANTUM / sampleRate });
      await context.audioWorklet.addModule(player);
      return new Output(context, { rate: sampleRate }, handlers);
    } catch (error) {
      context?.close().catch(() => undefined);
      throw await diagnose(player, `The player could not be started: ${error}`, 'E_AUDIO_WORKLET');
    }
  }

  /** Seconds from the player to the ear, as far as the browser knows and can be asked. */
  get latency(): number {
    return LATENCY_LOCKS.test(navigator.userAgent) ? 0 : this.context.outputLatency || 0;
  }

  /** Opens the channel that brings sound from a worker; returns the worker's end. */
  connect(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.send({ type: 'connect', port: port2 }, [port2]);
    return port1;
  }

  send(message: PageToPlayer, transfer: Transferable[] = []): void {
    this.player.port.postMessage(message, transfer);
  }

  set volume(volume: number) {
    this.node.gain.setTargetAtTime(volume, this.context.currentTime, VOLUME_S);
  }

  /** The sound as a stream, beside the speakers. */
  get stream(): MediaStream {
    this.outlet ??= this.context.createMediaStreamDestination();
    this.node.connect(this.outlet);
    return this.outlet.stream;
  }

  /** Plays through an element of the page instead of straight to the speakers; null goes back. */
  async attach(element: HTMLMediaElement | null): Promise<void> {
    if (this.element) this.element.srcObject = null;
    this.element = element;
    if (!element) {
      this.node.connect(this.context.destination);
      return;
    }
    element.srcObject = this.stream;
    this.node.disconnect(this.context.destination);
    await element.play().catch(() => undefined);
  }

  /**
   * Starts the audio clock. Fails with `E_AUDIO_LOCKED` while the browser waits for a click or a key, with
   * `E_AUDIO_INTERRUPTED` while the system has given the device to somebody else.
   */
  async unlock(): Promise<void> {
    if (this.running) return;
    await Promise.race([this.wake(), new Promise((resolve) => setTimeout(resolve, this.patience()))]);
    if (this.running) return;
    if (this.was) {
      throw new LangduError('E_AUDIO_INTERRUPTED', 'The system has given the audio device to somebody else');
    }
    throw new LangduError('E_AUDIO_LOCKED', 'The browser allows sound only after a click or a key on the page');
  }

  async close(): Promise<void> {
    for (const type of TOUCHES) document.removeEventListener(type, this.touch, { capture: true });
    if (this.element) this.element.srcObject = null;
    this.node.disconnect();
    await this.context.close();
  }

  private get running(): boolean {
    return this.context.state === 'running';
  }

  /** Asks for the clock; a browser may take it as long as it likes. */
  async wake(): Promise<void> {
    if (this.running || this.context.state === 'closed') return;
    await this.context.resume().catch(() => undefined);
    if (this.element?.paused) await this.element.play().catch(() => undefined);
  }

  private patience(): number {
    const policy = (navigator as TellingNavigator).getAutoplayPolicy?.(this.context);
    if (policy === 'disallowed') return 0;
    const touched = policy === 'allowed' || (navigator.userActivation?.hasBeenActive ?? true);
    return touched ? PATIENCE_MS.touched : PATIENCE_MS.untouched;
  }
}

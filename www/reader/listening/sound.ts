/** The speaker: passages into sound, through one context that never ends between them. */
import type { Langdu, SpeechOptions } from 'langdu';
import type { Passage } from './passages.js';
import type { FromQueue, ToQueue } from './queue.worklet.js';
import type { Speaker, SpeakerEvents } from './session.js';
import type { Stretcher } from './stretch.js';
import { type Piece, speakTurns } from './turns.js';

/** Seconds of sound that are kept ahead of what is heard. */
const AHEAD = 10;
/** Seconds of sound that a stretcher holds back, at most. */
const HELD_BACK = 0.25;
/** The voice's own range of speed. */
const FASTEST = 2;

export interface Manner {
  options: SpeechOptions;
  /** The speaker of what is said in the story, where it is another. */
  dialogue: string | undefined;
  /** 0.5 to 3. */
  speed: number;
  /** 0 to 2. */
  volume: number;
  /** Silence added between sentences and between paragraphs, in seconds. */
  pauses: { sentence: number; paragraph: number };
}

/** How long the browser may take to start its audio, in milliseconds. */
const PATIENCE_MS = 5000;

const fault = (code: string, message: string) => Object.assign(new Error(message), { code });

type Mark = { at: number; passage: Passage } & ({ kind: 'word'; start: number; end: number } | { kind: 'end' });

interface Run {
  epoch: number;
  ended: boolean;
  events: SpeakerEvents;
  marks: Mark[];
  /** Samples queued, as they come from the voice; those that are heard are fewer by `ratio`. */
  made: number;
  played: number;
  ratio: number;
  stretcher: Stretcher | null;
  /** Whether all has been made. */
  complete: boolean;
  wake: () => void;
}

export class Sound implements Speaker {
  private context: AudioContext | null = null;
  private node: AudioWorkletNode | null = null;
  private gain: GainNode | null = null;
  /** What is heard, before the volume; null until the audio is open. */
  meter: AnalyserNode | null = null;
  private opening: Promise<void> | null = null;
  private run: Run | null = null;
  private epoch = 0;
  private held = false;
  /** Times that the queue ran dry since the last start. */
  gaps = 0;

  /**
   * `engine` gives the voice; `manner` how it shall speak, asked at each start; `elapsed` is told how many seconds have been
   * heard; `lost` that the system took the audio away, and whether what was queued is gone with it.
   */
  constructor(
    private readonly engine: () => Promise<Langdu>,
    private readonly manner: () => Manner,
    private readonly elapsed: (seconds: number) => void,
    private readonly lost: (gone: boolean) => void,
  ) {}

  /** Gets the audio ready. In the handler of a tap or a key it also makes it run. */
  async unlock(sampleRate: number): Promise<void> {
    if (this.context && (this.context.state === 'closed' || this.context.sampleRate !== sampleRate)) await this.close();
    this.opening ??= this.open(sampleRate);
    // In the handler of a tap: what is asked for later may count as uninvited.
    void this.context?.resume().catch(() => undefined);
    await this.opening;
    const resumed = this.context?.resume();
    await Promise.race([resumed, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
    if (this.context?.state !== 'running')
      throw fault('E_AUDIO_LOCKED', 'The browser allows sound only after a click or a key');
  }

  play(passages: AsyncIterable<Passage>, events: SpeakerEvents): void {
    this.stop();
    this.hold(false);
    this.gaps = 0;
    const run: Run = {
      epoch: this.epoch,
      ended: false,
      events,
      marks: [],
      made: 0,
      played: 0,
      ratio: 1,
      stretcher: null,
      complete: false,
      wake: () => {},
    };
    this.run = run;
    this.make(run, passages).catch((error) => {
      if (!run.ended) events.failed(error);
    });
  }

  stop(): void {
    this.epoch += 1;
    if (this.run) {
      this.run.ended = true;
      this.run.wake();
      this.run = null;
    }
    this.send({ type: 'drop', epoch: this.epoch });
  }

  pause(): void {
    this.hold(true);
  }

  resume(): void {
    this.hold(false);
    void this.context?.resume();
  }

  /** Changes the level at once; `over` seconds long for a fade. */
  setVolume(volume: number, over = 0.05): void {
    const { gain, context } = this;
    if (!gain || !context) return;
    gain.gain.cancelScheduledValues(context.currentTime);
    gain.gain.setTargetAtTime(volume, context.currentTime, over / 3);
  }

  /** Whether little is left to hear of what has been made: other work with the voice had better wait. */
  get short(): boolean {
    const { run, context } = this;
    return (
      run !== null &&
      !run.complete &&
      !this.held &&
      context !== null &&
      run.made / run.ratio - run.played < (AHEAD / 2) * context.sampleRate
    );
  }

  private async open(sampleRate: number): Promise<void> {
    try {
      const context = new AudioContext({ sampleRate, latencyHint: 'playback' });
      this.context = context;
      // Not by this app: a call, another app, a device that is gone.
      const taken = () => {
        const { state } = context;
        if (context !== this.context || state === 'running') return;
        if (state === 'closed') void this.close();
        if (this.run && (state === 'closed' || !this.held)) this.lost(state === 'closed');
      };
      context.addEventListener('statechange', taken);
      context.addEventListener('error', () => void context.close().catch(() => undefined));
      await context.audioWorklet.addModule(new URL('queue.worklet.js', document.baseURI));
      const node = new AudioWorkletNode(context, 'langdu-reader-queue', { numberOfInputs: 0, outputChannelCount: [1] });
      node.port.onmessage = ({ data }: MessageEvent<FromQueue>) => this.follow(data);
      this.gain = new GainNode(context, { gain: this.manner().volume });
      node.connect(this.gain).connect(context.destination);
      this.meter = new AnalyserNode(context, { fftSize: 1024 });
      node.connect(this.meter);
      this.node = node;
      this.send({ type: 'drop', epoch: this.epoch });
    } catch (error) {
      this.opening = null;
      throw fault('E_AUDIO_WORKLET', `The queue could not be started: ${String(error)}`);
    }
  }

  private async close(): Promise<void> {
    const { context } = this;
    this.opening = null;
    this.context = null;
    this.node = null;
    this.meter = null;
    if (context?.state !== 'closed') await context?.close();
  }

  private async make(run: Run, passages: AsyncIterable<Passage>): Promise<void> {
    const langdu = await this.engine();
    if (run.ended) return;
    await this.unlock(langdu.voice.sampleRate);
    const { options, dialogue, speed, volume, pauses } = this.manner();
    this.setVolume(volume);
    run.ratio = Math.max(1, speed / FASTEST);
    if (run.ratio > 1) {
      const { Stretcher } = await import('./stretch.js');
      run.stretcher = new Stretcher(langdu.voice.sampleRate, run.ratio);
    }
    /** What the stretcher holds back is pushed out behind a passage: the next one may have to wait for the listener. */
    const tail = run.stretcher ? Math.round(langdu.voice.sampleRate * HELD_BACK) : 0;
    const silence = (seconds: number) => Math.round((seconds / speed) * langdu.voice.sampleRate * run.ratio);
    let before: Passage | null = null;
    for await (const passage of passages) {
      if (run.ended) return;
      if (before) {
        const pause = passage.paragraph === before.paragraph ? pauses.sentence : pauses.paragraph;
        this.queueSilence(run, silence(pause) - tail);
      }
      before = passage;
      try {
        const spoken = { ...options, speed: Math.min(speed, FASTEST) };
        await this.speak(run, passage, speakTurns(langdu, passage, spoken, dialogue), silence(pauses.sentence));
      } catch (error) {
        if ((error as { code?: string }).code !== 'E_TEXT_EMPTY') throw error;
        this.queueSilence(run, silence(0.4));
      }
      if (run.ended) return;
      run.marks.push({ at: run.made, passage, kind: 'end' });
      this.queueSilence(run, tail);
    }
    run.complete = true;
    // Marks at the very end are reached by it.
    this.queueSilence(run, Math.round(langdu.voice.sampleRate * HELD_BACK));
  }

  private async speak(run: Run, passage: Passage, pieces: AsyncIterable<Piece>, pause: number): Promise<void> {
    /** Where the passage's first sample stands; later with each pause that is put in. */
    let base = run.made;
    let next = 1;
    for await (const { samples, start, marks } of pieces) {
      if (run.ended) return;
      let from = 0;
      for (const mark of marks) {
        const sentence = passage.sentences[next];
        if (pause > 0 && sentence !== undefined && mark.charIndex >= sentence) {
          const cut = Math.min(Math.max(from, mark.start - start), samples.length);
          this.queue(run, samples.subarray(from, cut));
          this.queueSilence(run, pause);
          base += pause;
          from = cut;
        }
        while (mark.charIndex >= (passage.sentences[next] ?? Number.POSITIVE_INFINITY)) next += 1;
        const { charIndex, charLength } = mark;
        run.marks.push({ at: base + mark.start, passage, kind: 'word', start: charIndex, end: charIndex + charLength });
      }
      this.queue(run, samples.subarray(from));
      await this.room(run);
    }
  }

  private queueSilence(run: Run, samples: number): void {
    if (samples > 0) this.queue(run, new Float32Array(samples));
  }

  private queue(run: Run, samples: Float32Array<ArrayBuffer>): void {
    if (samples.length === 0) return;
    run.made += samples.length;
    const heard = run.stretcher ? run.stretcher.push(samples) : samples.slice();
    if (heard.length) this.send({ type: 'add', samples: heard }, [heard.buffer]);
  }

  private async room(run: Run): Promise<void> {
    const rate = this.context?.sampleRate ?? 24_000;
    while (!run.ended && run.made / run.ratio - run.played > AHEAD * rate) {
      await new Promise<void>((resolve) => {
        run.wake = resolve;
      });
    }
  }

  private follow({ epoch, played, gaps }: FromQueue): void {
    const { run, context } = this;
    if (!run || !context || epoch !== run.epoch) return;
    if (!run.complete) this.gaps = gaps;
    this.elapsed((played - run.played) / context.sampleRate);
    run.played = played;
    const reached = played * run.ratio;
    while (run.marks[0] && run.marks[0].at <= reached && !run.ended) {
      const mark = run.marks.shift() as Mark;
      if (mark.kind === 'word') run.events.heard(mark.passage, mark.start, mark.end);
      else run.events.finished(mark.passage);
    }
    run.wake();
    if (run.complete && run.marks.length === 0 && !run.ended) {
      this.run = null;
      run.ended = true;
      run.events.over();
    }
  }

  private hold(hold: boolean): void {
    this.held = hold;
    this.send({ type: 'hold', hold });
  }

  private send(message: ToQueue, transfer: Transferable[] = []): void {
    this.node?.port.postMessage(message, transfer);
  }
}

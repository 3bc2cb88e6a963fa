/**
 * langdu: Mandarin speech made in the browser.
 *
 * ```js
 * const langdu = await Langdu.load();
 * await langdu.speak('今天天气不错，早上好！', { emotion: 'happy' });
 * ```
 */

import { LangduError, notHere, toErrorMessage, toLangduError } from '../wire/errors.js';
import type {
  PcmChunk,
  PlayerToPage,
  SentenceInfo,
  SpeechOptions,
  SyllableReading,
  VoiceInfo,
  WorkerToPage,
} from '../wire/messages.js';
import { watchPolicy } from '../wire/policy.js';
import { SpeechCache } from './cache.js';
import { Collection } from './collection.js';
import { Emitter, type LangduState } from './events.js';
import { type Files, locate, type Wanted } from './files.js';
import { Gate } from './gate.js';
import { Host } from './host.js';
import { type Job, JobTable } from './jobs.js';
import { Manner } from './manner.js';
import { checkOptions, type SpeakOptions, type StreamOptions } from './options.js';
import { Questions } from './questions.js';
import { type SpeakResult, Speech } from './speech.js';
import { type SubtitleOptions, type Timing, toSubtitles } from './subtitles.js';
import { Templates } from './templates.js';
import { isArriving, pieces, type TextSource } from './text-source.js';
import { WavFile } from './wav.js';

export { LangduError } from '../wire/errors.js';
export { listVoices, removeVoice } from '../wire/shelf.js';
export type * from './exports.js';
export { captions, toSubtitles } from './subtitles.js';
export { EMOTION_PRESET } from './templates.js';

export interface LoadOptions extends Wanted {
  /** Name of a voice that the browser keeps, or of a folder under `voices/`; or what a voice's package exports. */
  voice?: Wanted['voice'];
  /** The folder of the voice's files, if they do not lie with langdu's. */
  voiceUrl?: string | URL | undefined;
  /**
   * Instead, a voice that a person has: a zip archive, or the files of a folder. The browser keeps it, and from then on it
   * can be loaded by its name. If it can't be kept, the event `uncached` says so.
   */
  pack?: File[] | undefined;
  /** The folder of langdu's files, if the bundler does not know. Another origin must allow it by CORS. */
  baseUrl?: string | URL | undefined;
  /** 2: the vocoder runs in a worker of its own, which is sooner done; 1: all in one. By default by the number of cores. */
  workers?: 1 | 2;
  /** Ends the loading; the promise then rejects with `E_CANCELLED`. */
  signal?: AbortSignal;
  /** Bytes of the voice fetched so far, and in all. */
  onProgress?: (progress: { loaded: number; total: number }) => void;
}

/** `code` is 0 on success, otherwise one of the stable error codes, and `data` is null. */
export interface SynthesizeResult {
  code: 0 | string;
  msg: string;
  /**
   * `audio_url`: a blob URL of a WAV file, to be revoked by the caller; `duration` in seconds; `size` in bytes; `timing`: what
   * is said when, for `toSubtitles()`.
   */
  data: { audio_url: string; duration: number; size: number; timing: Timing } | null;
}

export class Langdu extends Emitter {
  /** Sentences that have been spoken before. */
  readonly cache: SpeechCache;
  /** Sentences with slots that are made ahead, and how emotions shape the voice. */
  readonly templates: Templates;
  private readonly questions = new Questions((request, question) => {
    if (this.host.dead) this.questions.abandon(this.host.dead);
    else this.host.send({ type: 'question', request, question });
  });
  private readonly host: Host;
  private readonly jobs = new JobTable({
    silence: (job) => {
      this.host.send({ type: 'cancel', job: job.id });
      if (job.sink === 'player') this.gate.send({ type: 'drop', job: job.id });
    },
    failed: (job, error) => this.emit('error', { job: job.id, error }),
    changed: () => this.refresh(),
  });
  private info!: VoiceInfo;
  private readonly gate: Gate;
  private readonly manner: Manner;
  private held = false;
  private shown: LangduState = { speaking: false, paused: false, interrupted: false };
  private lastId = 0;
  private onProgress: LoadOptions['onProgress'];

  private constructor(files: Files, workers: number) {
    super();
    this.cache = new SpeechCache(this.questions);
    this.templates = new Templates(this.questions);
    this.manner = new Manner({
      change: (options) => this.host.send({ type: 'change', options }),
      volume: (volume) => {
        this.gate.volume = volume;
      },
      emotions: () => [...this.info.emotions, ...this.templates.emotions],
    });
    this.gate = new Gate(files.player, {
      onMessage: (message) => this.onPlayer(message),
      onOpen: (output) => this.host.connect(output),
      onInterrupted: () => this.refresh(),
    });
    this.host = new Host(files, workers, {
      onMessage: (message) => this.onWorker(message),
      onLost: (error, job) => this.lose(error, job),
      onRestarted: () => {
        this.templates.restore();
        for (const job of this.jobs.all) if (!job.stats) this.post(job);
      },
      onDead: (error) => {
        for (const job of this.jobs.all) if (!job.stats) this.jobs.settle(job, error);
      },
    });
  }

  /** Loads a voice and gets everything ready to sound. Rejects with a `LangduError`. */
  static async load(options: LoadOptions = {}): Promise<Langdu> {
    if (typeof document === 'undefined') throw notHere();
    const { signal, workers, onProgress } = options;
    watchPolicy();
    const count = workers ?? Math.min(2, navigator.hardwareConcurrency);
    const langdu = new Langdu(locate(options), count);
    langdu.onProgress = onProgress;
    const aborted = new Promise<never>((_, reject) => {
      const abort = () => reject(new LangduError('E_CANCELLED', 'Loading was cancelled', { cause: signal?.reason }));
      if (signal?.aborted) abort();
      signal?.addEventListener('abort', abort, { once: true });
    });
    aborted.catch(() => undefined);
    try {
      langdu.info = await Promise.race([langdu.host.load(), aborted]);
      // Without a player there are still files and streams.
      await Promise.race([langdu.gate.open().catch(() => undefined), aborted]);
    } catch (error) {
      await langdu.dispose();
      throw toLangduError(error);
    }
    return langdu;
  }

  get voice(): VoiceInfo {
    return this.info;
  }

  /** The node the sound comes out of, connected to the speakers; null where there is no AudioWorklet. */
  get outputNode(): AudioNode | null {
    return this.gate.output?.node ?? null;
  }

  /** The sound as a stream, for a call or a recorder; null where there is no AudioWorklet. */
  get mediaStream(): MediaStream | null {
    return this.gate.output?.stream ?? null;
  }

  /** Plays through a media element, which lock screens and headsets know how to hold; null: straight to the speakers again. */
  async attach(element: HTMLMediaElement | null): Promise<void> {
    await (await this.gate.open()).attach(element);
  }

  /** Whether a speech is heard, or waits to be. */
  get speaking(): boolean {
    return this.jobs.speeches.length > 0;
  }

  get paused(): boolean {
    return this.held;
  }

  /** The system has taken the audio device away. */
  get interrupted(): boolean {
    return this.gate.interrupted;
  }

  /** What is heard: the place in the text, in UTF-16 units, and seconds of sound; null between speeches. */
  get position(): { charIndex: number; elapsedTime: number } | null {
    return this.current?.position ?? null;
  }

  /** 0.5 to 2. A change is heard from the next syllable on that can be made in time. */
  get speed(): number {
    return this.manner.speed;
  }
  set speed(speed: number) {
    this.manner.speed = speed;
  }

  /** Semitones, -6 to 6. */
  get pitch(): number {
    return this.manner.pitch;
  }
  set pitch(pitch: number) {
    this.manner.pitch = pitch;
  }

  get emotion(): string {
    return this.manner.emotion;
  }
  set emotion(emotion: string) {
    this.manner.emotion = emotion;
  }

  /** 0 to 2, on top of the `volume` of each call. A change is heard at once. */
  get volume(): number {
    return this.manner.volume;
  }
  set volume(volume: number) {
    this.manner.volume = volume;
  }

  /**
   * Speaks; resolves when the last sample has been heard. Overlapping calls are spoken one after the other. Text that is still
   * being written is spoken sentence by sentence, as soon as more text can't change them.
   */
  speak(text: TextSource, options: SpeakOptions = {}): Promise<SpeakResult> {
    const spoken = new Promise<SpeakResult>((resolve, reject) => {
      this.lastId += 1;
      const id = this.lastId;
      try {
        const checked = this.options(options);
        if (options.interrupt) this.jobs.cancel(this.jobs.speeches);
        const { gate } = this;
        const job = new Speech(id, plain(text), isArriving(text), checked, gate, this.emit.bind(this), resolve, reject);
        if (this.submit(job, text, options.signal)) {
          gate.unlock().catch((error) => this.jobs.abort(job, toLangduError(error)));
        }
      } catch (error) {
        reject(error);
        this.emit('error', { job: id, error: toLangduError(error) });
      }
    });
    // Failures are also events: a caller that doesn't wait has nothing to catch.
    spoken.catch(() => undefined);
    return spoken;
  }

  pause(): void {
    if (this.speaking) this.hold(true);
  }

  resume(): void {
    this.hold(false);
    void this.gate.output?.wake();
  }

  /** Silences everything at once and drops all jobs; they fail with `E_CANCELLED`. */
  cancel(): void {
    this.gate.send({ type: 'cancel', through: this.lastId });
    this.jobs.cancel(this.jobs.all);
  }

  /** Drops what waits to be spoken, and lets the present speech end. */
  clear(): void {
    const { current } = this;
    this.jobs.cancel(this.jobs.speeches.filter((job) => job !== current));
  }

  /** Goes on at another place of the text that is being spoken, in UTF-16 units. */
  seek(charIndex: number): void {
    if (!Number.isFinite(charIndex)) throw new LangduError('E_OPTION_FORMAT', 'charIndex must be a number');
    this.move({ charIndex: Math.max(0, Math.floor(charIndex)) });
  }

  /** Goes on so many sentences further, or back; 0 begins the present one again. */
  skip(sentences: number): void {
    if (!Number.isInteger(sentences)) throw new LangduError('E_OPTION_FORMAT', 'sentences must be a whole number');
    this.move({ sentences });
  }

  /** The sound as it is made. Nothing is made ahead of the reader by more than a few chunks; leaving the loop cancels. */
  async *stream(text: TextSource, options: StreamOptions = {}): AsyncGenerator<PcmChunk, void, undefined> {
    this.lastId += 1;
    const job = new Collection(this.lastId, plain(text), isArriving(text), this.options(options));
    this.submit(job, text, options.signal);
    try {
      for (;;) {
        const chunk = await job.next();
        this.host.send({ type: 'pull', job: job.id });
        yield chunk;
        if (chunk.last) return;
      }
    } finally {
      if (this.jobs.remove(job)) this.host.send({ type: 'cancel', job: job.id });
    }
  }

  /** Makes a WAV file. Never rejects. */
  async synthesize(text: TextSource, options: StreamOptions = {}): Promise<SynthesizeResult> {
    try {
      const file = new WavFile(this.info.sampleRate);
      const timing = await this.collect(text, options, (samples) => file.add(samples));
      const wav = file.close();
      const data = { audio_url: URL.createObjectURL(wav), duration: timing.duration, size: wav.size, timing };
      return { code: 0, msg: 'success', data };
    } catch (error) {
      const { code, message } = toErrorMessage(error);
      return { code, msg: message, data: null };
    }
  }

  /** What would be said when. It is made for that, and then sounds at once when it is spoken. */
  measure(text: TextSource, options: StreamOptions = {}): Promise<Timing> {
    return this.collect(text, options, () => undefined);
  }

  /** A file of subtitles for a text. */
  async subtitles(text: string, options: StreamOptions & SubtitleOptions = {}): Promise<string> {
    const { format, unit, ...speech } = options;
    const timing = await this.measure(text, speech);
    return toSubtitles(text, timing, { ...(format && { format }), ...(unit && { unit }) });
  }

  /** How a text would be read, without making a sound of it: its Mandarin syllables with the tones that are spoken. */
  async readings(text: string, { lexicon = {} }: Pick<SpeechOptions, 'lexicon'> = {}): Promise<SyllableReading[]> {
    return (await this.questions.ask({ ask: 'readings', text, lexicon })) as SyllableReading[];
  }

  /** Ends every job and gives memory, worker and audio device back. */
  async dispose(): Promise<void> {
    if (this.host.dead?.code === 'E_DISPOSED') return;
    this.cancel();
    const error = new LangduError('E_DISPOSED', 'This Langdu has been disposed of');
    this.host.close(error);
    this.questions.abandon(error);
    await this.gate.close();
  }

  /** The speech that is heard, or will be next. */
  private get current(): Speech | undefined {
    return this.jobs.speeches[0];
  }

  private move(to: { charIndex: number } | { sentences: number }): void {
    const { current } = this;
    if (current) this.host.send({ type: 'seek', job: current.id, to });
  }

  private options(given: unknown): SpeechOptions {
    return { ...this.manner.options, ...checkOptions(given) };
  }

  /** Hands a job to the worker; says whether it could. */
  private submit(job: Job, text: TextSource, signal?: AbortSignal): boolean {
    if (!this.jobs.add(job, signal)) return false;
    if (this.host.dead) {
      this.jobs.settle(job, this.host.dead);
      return false;
    }
    this.post(job);
    if (isArriving(text)) void this.feed(job, text);
    return true;
  }

  private post({ id, text, open, options, sink }: Job): void {
    this.host.send({ type: 'start', job: id, text, open, options, sink });
  }

  /** Hands on the text of a job as it comes. */
  private async feed(job: Job, source: Exclude<TextSource, string>): Promise<void> {
    try {
      for await (const text of pieces(source)) {
        if (this.jobs.get(job.id) !== job) return;
        job.text += text;
        this.host.send({ type: 'feed', job: job.id, text, end: false });
      }
      job.open = false;
      this.host.send({ type: 'feed', job: job.id, text: '', end: true });
    } catch (error) {
      this.jobs.abort(job, new LangduError('E_TEXT_SOURCE', `The text broke off: ${error}`, { cause: error }));
    }
  }

  private hold(paused: boolean): void {
    this.held = paused;
    this.gate.send({ type: 'pause', paused });
    this.refresh();
  }

  /** Brings what is shown in line with what is. */
  private refresh(): void {
    if (this.held && !this.speaking) {
      this.hold(false);
      return;
    }
    const { speaking, paused, interrupted } = this.shown;
    const state = { speaking: this.speaking, paused: this.held, interrupted: this.gate.interrupted };
    if (speaking === state.speaking && paused === state.paused && interrupted === state.interrupted) return;
    this.shown = state;
    this.emit('state', state);
  }

  /** The worker is gone, and with it what it had begun. */
  private lose(error: LangduError, inHand?: number): void {
    this.questions.abandon(error);
    for (const job of this.jobs.all) {
      if ((job.begun || job.id === inHand) && !job.stats) this.jobs.abort(job, error);
    }
  }

  private async collect(
    text: TextSource,
    options: StreamOptions,
    take: (samples: Float32Array) => void,
  ): Promise<Timing> {
    const { sampleRate } = this.info;
    const timing: Timing = { duration: 0, sampleRate, marks: [], sentences: [] };
    for await (const { samples, start, marks, sentence } of this.stream(text, options)) {
      take(samples);
      timing.marks.push(...marks);
      if (sentence) timing.sentences.push(sentence);
      timing.duration = (start + samples.length) / sampleRate;
    }
    return timing;
  }

  private onWorker(message: WorkerToPage): void {
    switch (message.type) {
      case 'loading':
        this.onProgress?.({ loaded: message.loaded, total: message.total });
        break;
      case 'found':
        // While the voice arrives.
        this.gate.open(message.sampleRate).catch(() => undefined);
        break;
      case 'answer':
        this.questions.settle(message);
        break;
      case 'uncached':
        this.emitLasting({ error: toLangduError(message.error) });
        break;
      default:
        if ('job' in message && message.type !== 'crashed') this.onJob(message);
    }
  }

  private onJob(message: Exclude<Extract<WorkerToPage, { job: number }>, { type: 'crashed' }>): void {
    if (message.type === 'made') this.host.thrive();
    const job = this.jobs.get(message.job);
    if (!job) return;
    job.begun = true;
    if (message.type === 'failed') {
      this.jobs.abort(job, toLangduError(message.error));
    } else if (message.type === 'made') {
      job.stats = message.stats;
      if (job.sink === 'player') this.complete(job);
      else this.jobs.remove(job);
    } else if (message.type === 'marks' && job.sink === 'player') {
      this.begin(job.id, message.sentence);
      job.expect(message.marks, message.cues, message.since);
    } else if (message.type === 'chunk' && job.sink === 'page') {
      this.begin(job.id, message.chunk.sentence);
      job.take(message.chunk);
    }
  }

  private begin(job: number, sentence: SentenceInfo | undefined): void {
    if (sentence) this.emit('sentence', { job, ...sentence });
  }

  private onPlayer(message: PlayerToPage): void {
    const job = this.jobs.get(message.job);
    // A speech is over when the next one begins, whatever is still on its way to the ear.
    if (message.type === 'started') for (const other of this.jobs.speeches) if (other !== job) this.complete(other);
    if (job?.sink === 'player') job.hear(message, () => this.complete(job));
  }

  private complete(job: Speech): void {
    if (job.complete && this.jobs.remove(job)) job.finish();
  }
}

/** As far as it is there. */
function plain(text: unknown): string {
  return typeof text === 'string' ? text : '';
}

/**
 * langdu: Mandarin speech made in the browser.
 *
 * ```js
 * const langdu = await Langdu.load({ voice: 'xiaolang' });
 * await langdu.speak('今天天气不错，早上好！', { emotion: 'happy' });
 * ```
 */

import { LangduError, toErrorMessage, toLangduError } from '../wire/errors.js';
import type { PcmChunk, PlayerToPage, Question, SpeechOptions, VoiceInfo, WorkerToPage } from '../wire/messages.js';
import { chooseBuild, compileEngine } from './builds.js';
import { SpeechCache } from './cache.js';
import { Emitter } from './events.js';
import type { Collection, Job, SpeakResult, Speech } from './jobs.js';
import { Link } from './link.js';
import { Output } from './output.js';
import { Questions } from './questions.js';
import { Templates } from './templates.js';
import { toPcm16, wavHeader } from './wav.js';

export { LangduError } from '../wire/errors.js';
export type {
  CacheCounts,
  CacheStats,
  Cue,
  EmotionTemplate,
  JobStats,
  Mark,
  PcmChunk,
  SentenceInfo,
  SpeakerInfo,
  SpeechOptions,
  VoiceInfo,
} from '../wire/messages.js';
export { listVoices, removeVoice } from '../wire/shelf.js';
export type { SpeechCache } from './cache.js';
export type { LangduEvents } from './events.js';
export type { SpeakResult } from './jobs.js';
export { EMOTION_PRESET, type Templates } from './templates.js';

export interface LoadOptions {
  /** Name of a voice that the browser keeps, or of a folder under `voices/`. */
  voice?: string;
  /**
   * Instead, a voice that a person has: a zip archive, or the files of a folder. The browser keeps it, and from then on it
   * can be loaded by its name. If it can't be kept, the event `uncached` says so.
   */
  pack?: File[];
  /** Where langdu's files lie; by default beside this module. It must have the page's origin. */
  baseUrl?: string | URL;
  /** 2: the vocoder runs in a worker of its own, which is sooner done; 1: all in one. By default by the number of cores. */
  workers?: 1 | 2;
  /** Bytes of the voice fetched so far, and in all. */
  onProgress?: (progress: { loaded: number; total: number }) => void;
}

/** `code` is 0 on success, otherwise one of the stable error codes, and `data` is null. */
export interface SynthesizeResult {
  code: 0 | string;
  msg: string;
  /** `audio_url`: a blob URL of a WAV file, to be revoked by the caller; `duration` in seconds; `size` in bytes. */
  data: { audio_url: string; duration: number; size: number } | null;
}

export class Langdu extends Emitter {
  /** Sentences that have been spoken before. */
  readonly cache: SpeechCache;
  /** Sentences with slots that are made ahead, and how emotions shape the voice. */
  readonly templates: Templates;
  private readonly questions = new Questions((request, question) => this.question(request, question));
  private link!: Link;
  private info!: VoiceInfo;
  private output: Output | null = null;
  private opening: Promise<Output> | null = null;
  /** Why there is no output. */
  private mute: LangduError | null = null;
  /** Why nothing works any more. */
  private dead: LangduError | null = null;
  /** A worker died and its successor has not finished a job yet. */
  private restarted = false;
  private held = false;
  private markLoaded = () => {};
  private readonly loaded = new Promise<void>((resolve) => {
    this.markLoaded = resolve;
  });
  private lastId = 0;
  private readonly jobs = new Map<number, Job>();

  private constructor(
    private readonly base: URL,
    private readonly engine: { build: URL; module: Promise<WebAssembly.Module> },
    private readonly wanted: { voice: string; workers: number; pack?: File[] },
  ) {
    super();
    this.cache = new SpeechCache(this.questions);
    this.templates = new Templates(this.questions);
  }

  /** Loads a voice and gets everything ready to sound. Rejects with a `LangduError`. */
  static async load({ voice = 'xiaolang', pack, baseUrl, workers, onProgress }: LoadOptions = {}): Promise<Langdu> {
    const base = new URL(baseUrl ?? new URL('.', import.meta.url), document.baseURI);
    if (!base.pathname.endsWith('/')) base.pathname += '/';
    const build = chooseBuild(base);
    const engine = { build, module: compileEngine(build) };
    const wanted = { voice, workers: workers ?? Math.min(2, navigator.hardwareConcurrency), ...(pack && { pack }) };
    const langdu = new Langdu(base, engine, wanted);
    try {
      langdu.info = await langdu.startWorker(onProgress);
    } catch (error) {
      void langdu.opening?.then((output) => output.close());
      throw error;
    }
    try {
      langdu.output = (await langdu.opening) ?? null;
      langdu.connect();
    } catch (error) {
      // Without a player there are still files and streams.
      langdu.mute = toLangduError(error);
    }
    langdu.markLoaded();
    return langdu;
  }

  get voice(): VoiceInfo {
    return this.info;
  }

  /** The node the sound comes out of, connected to the speakers; null where there is no AudioWorklet. */
  get outputNode(): AudioNode | null {
    return this.output?.node ?? null;
  }

  get speaking(): boolean {
    return [...this.jobs.values()].some((job) => job.sink === 'player');
  }

  get paused(): boolean {
    return this.held;
  }

  /** Speaks; resolves when the last sample has been played. Overlapping calls are spoken one after the other. */
  speak(text: string, options: SpeechOptions = {}): Promise<SpeakResult> {
    const spoken = new Promise<SpeakResult>((resolve, reject) => {
      const job: Speech = {
        ...this.describe(text, options, reject),
        sink: 'player',
        calledAt: performance.now(),
        firstSoundMs: 0,
        underruns: 0,
        marks: [],
        cues: [],
        ended: false,
        resolve,
      };
      if (this.submit(job)) this.output?.unlock().catch((error) => this.abort(job, toLangduError(error)));
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
  }

  /** Silences everything at once and drops all jobs; they fail with `E_CANCELLED`. */
  cancel(): void {
    this.output?.send({ type: 'cancel', through: this.lastId });
    const cancelled = new LangduError('E_CANCELLED', 'The job was cancelled');
    for (const job of [...this.jobs.values()]) this.abort(job, cancelled);
  }

  /** The sound as it is made. Nothing is made ahead of the reader by more than a few chunks; leaving the loop cancels. */
  async *stream(text: string, options: SpeechOptions = {}): AsyncGenerator<PcmChunk, void, undefined> {
    const chunks: PcmChunk[] = [];
    let failure: LangduError | null = null;
    let wake = () => {};
    const job: Collection = {
      ...this.describe(text, options, (error) => {
        failure = error;
        wake();
      }),
      sink: 'page',
      take: (chunk) => {
        chunks.push(chunk);
        wake();
      },
    };
    this.submit(job);
    try {
      for (;;) {
        const chunk = chunks.shift();
        if (failure) throw failure;
        if (chunk) {
          this.link.send({ type: 'pull', job: job.id });
          yield chunk;
          if (chunk.last) return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      if (this.jobs.delete(job.id)) this.link.send({ type: 'cancel', job: job.id });
    }
  }

  /** Makes a WAV file. Never rejects. */
  async synthesize(text: string, options: SpeechOptions = {}): Promise<SynthesizeResult> {
    try {
      let parts: BlobPart[] = [];
      let samples = 0;
      for await (const chunk of this.stream(text, options)) {
        samples += chunk.samples.length;
        parts.push(toPcm16(chunk.samples));
        // The browser may keep a blob on disk, but not our arrays.
        if (parts.length === 64) parts = [new Blob(parts)];
      }
      const { sampleRate } = this.info;
      const wav = new Blob([wavHeader(samples, sampleRate), ...parts], { type: 'audio/wav' });
      const data = { audio_url: URL.createObjectURL(wav), duration: samples / sampleRate, size: wav.size };
      return { code: 0, msg: 'success', data };
    } catch (error) {
      const { code, message } = toErrorMessage(error);
      return { code, msg: message, data: null };
    }
  }

  /** Ends every job and gives memory, worker and audio device back. */
  async dispose(): Promise<void> {
    if (this.dead?.code === 'E_DISPOSED') return;
    this.cancel();
    this.dead = new LangduError('E_DISPOSED', 'This Langdu has been disposed of');
    this.questions.abandon(this.dead);
    this.link.close();
    await this.output?.close();
  }

  private describe(text: string, options: SpeechOptions, fail: (error: LangduError) => void) {
    this.lastId += 1;
    return {
      id: this.lastId,
      text: typeof text === 'string' ? text : '',
      options: plain(options),
      begun: false,
      stats: null,
      fail,
    };
  }

  /** Hands a job to the worker; says whether it could. */
  private submit(job: Job): boolean {
    this.jobs.set(job.id, job);
    const obstacle = this.dead ?? (job.sink === 'player' ? this.mute : null);
    if (obstacle) this.settle(job, obstacle);
    else this.post(job);
    return !obstacle;
  }

  private post({ id, text, options, sink }: Job): void {
    this.link.send({ type: 'start', job: id, text, options, sink });
  }

  private abort(job: Job, error: LangduError): void {
    this.link.send({ type: 'cancel', job: job.id });
    if (job.sink === 'player') this.output?.send({ type: 'drop', job: job.id });
    this.settle(job, error);
  }

  private settle(job: Job, error: LangduError): void {
    if (!this.forget(job)) return;
    job.fail(error);
    if (error.code !== 'E_CANCELLED') this.emit('error', { job: job.id, error });
  }

  private forget(job: Job): boolean {
    const known = this.jobs.delete(job.id);
    if (this.held && !this.speaking) this.hold(false);
    return known;
  }

  private hold(paused: boolean): void {
    this.held = paused;
    this.output?.send({ type: 'pause', paused });
  }

  private startWorker(onProgress?: LoadOptions['onProgress']): Promise<VoiceInfo> {
    this.link = new Link(this.base, this.engine, this.wanted, {
      onMessage: (message) => {
        if (message.type === 'loading') onProgress?.({ loaded: message.loaded, total: message.total });
        else if (message.type === 'fetched') this.openOutput(message.sampleRate);
        else this.onWorker(message);
      },
      onLost: (error) => void this.recover(error),
    });
    return this.link.ready;
  }

  /** While the engine gets ready. A new worker goes on with the output of the old one. */
  private openOutput(sampleRate: number): void {
    this.opening ??= Output.open(this.base, sampleRate, (message) => this.onPlayer(message));
    this.opening.catch(() => undefined);
  }

  private connect(): void {
    const port = this.output?.connect();
    if (port) this.link.send({ type: 'player', port }, [port]);
  }

  /** Starts a new worker in place of a dead one, once; jobs that had begun are lost, the others go on. */
  private async recover(error: LangduError): Promise<void> {
    this.questions.abandon(error);
    for (const job of [...this.jobs.values()]) {
      if (job.begun && !job.stats) this.abort(job, error);
    }
    try {
      if (this.restarted) throw error;
      this.restarted = true;
      const ready = this.startWorker();
      this.connect();
      this.templates.restore();
      for (const job of this.jobs.values()) if (!job.stats) this.post(job);
      await ready;
    } catch (reason) {
      this.dead ??= toLangduError(reason);
      for (const job of [...this.jobs.values()]) if (!job.stats) this.settle(job, this.dead);
    }
  }

  private question(request: number, question: Question): void {
    if (this.dead) this.questions.abandon(this.dead);
    else this.link.send({ type: 'question', request, question });
  }

  private onWorker(message: WorkerToPage): void {
    if (message.type === 'answer') this.questions.settle(message);
    if (message.type === 'uncached') {
      // Before the page has its Langdu, nobody listens.
      const error = toLangduError(message.error);
      void this.loaded.then(() => setTimeout(() => this.emit('uncached', { error })));
    }
    if (!('job' in message)) return;
    const job = this.jobs.get(message.job);
    if (!job) return;
    job.begun = true;
    if (message.type === 'failed') {
      this.abort(job, toLangduError(message.error));
    } else if (message.type === 'made') {
      this.restarted = false;
      job.stats = message.stats;
      if (job.sink === 'player') this.complete(job);
    } else if (message.type === 'sentence') {
      this.emit('sentence', { job: job.id, ...message.sentence });
    } else if (message.type === 'marks' && job.sink === 'player') {
      job.marks.push(...message.marks);
      job.cues.push(...message.cues);
    } else if (message.type === 'chunk' && job.sink === 'page') {
      if (message.chunk.last) this.forget(job);
      job.take(message.chunk);
    }
  }

  private onPlayer(message: PlayerToPage): void {
    const job = this.jobs.get(message.job);
    if (job?.sink !== 'player') return;
    switch (message.type) {
      case 'started':
        job.firstSoundMs = performance.now() - job.calledAt;
        this.emit('start', { job: job.id, firstSoundMs: job.firstSoundMs });
        break;
      case 'position':
        this.follow(job, message.position);
        break;
      case 'underrun':
        job.underruns = message.count;
        this.emit('underrun', { job: job.id, count: message.count });
        break;
      case 'ended':
        job.ended = true;
        this.complete(job);
        break;
    }
  }

  private follow(job: Speech, position: number): void {
    const { sampleRate } = this.info;
    while (job.marks[0] && job.marks[0].start <= position) {
      const { charIndex, charLength, start } = job.marks.shift() ?? job.marks[0];
      this.emit('boundary', { job: job.id, charIndex, charLength, elapsedTime: start / sampleRate });
    }
    while (job.cues[0] && job.cues[0].at <= position) {
      const { name, at } = job.cues.shift() ?? job.cues[0];
      this.emit('mark', { job: job.id, name, elapsedTime: at / sampleRate });
    }
    this.emit('progress', { job: job.id, elapsedTime: position / sampleRate });
  }

  /** A speech is over when it has been made and played. */
  private complete(job: Speech): void {
    if (!job.ended || !job.stats || !this.forget(job)) return;
    const { firstSoundMs, underruns, stats } = job;
    const duration = stats.samples / this.info.sampleRate;
    const rtf = duration > 0 ? stats.totalMs / 1000 / duration : 0;
    job.resolve({ duration, firstSoundMs, underruns, stats });
    this.emit('end', { job: job.id, duration, rtf, firstSoundMs, underruns });
  }
}

/** Only known options, as plain values: anything can be passed from JavaScript, not everything can be posted. */
function plain({ speaker, emotion, intensity, speed, pitch, volume, ssml, lexicon }: SpeechOptions): SpeechOptions {
  return {
    ...(speaker !== undefined && { speaker: String(speaker) }),
    ...(emotion !== undefined && { emotion: String(emotion) }),
    ...(intensity !== undefined && { intensity: Number(intensity) }),
    ...(speed !== undefined && { speed: Number(speed) }),
    ...(pitch !== undefined && { pitch: Number(pitch) }),
    ...(volume !== undefined && { volume: Number(volume) }),
    ...(ssml !== undefined && { ssml: Boolean(ssml) }),
    ...(lexicon && {
      lexicon: Object.fromEntries(Object.entries(lexicon).map(([word, said]) => [word, String(said)])),
    }),
  };
}

/** Keeps a worker alive: loads it, past a stale cache if need be, replaces it once when it dies, and ends it with its page. */
import { LangduError, toLangduError } from '../wire/errors.js';
import type { PageToWorker, VoiceInfo, WantedVoice, WorkerToPage } from '../wire/messages.js';
import { compileEngine } from './builds.js';
import type { Files } from './files.js';
import { Link } from './link.js';
import type { Output } from './output.js';

export interface HostHandlers {
  onMessage(message: WorkerToPage): void;
  /** The worker has died; `job` is what it was working on, if that is known. */
  onLost(error: LangduError, job?: number): void;
  /** A new one has taken its place. */
  onRestarted(): void;
  /** There is none any more. */
  onDead(error: LangduError): void;
}

export class Host {
  /** Why nothing works any more. */
  dead: LangduError | null = null;
  private link: Link | null = null;
  private module: Promise<WebAssembly.Module>;
  private voice: WantedVoice;
  /** A worker died and its successor has not finished a job yet. */
  private restarted = false;
  private output: Output | null = null;
  /** The page has been left, and may be come back to. */
  private left = false;

  constructor(
    private readonly files: Files,
    private readonly workers: number,
    private readonly handlers: HostHandlers,
  ) {
    this.voice = files.voice;
    this.module = compileEngine(files.engine.wasm);
  }

  /** Rejects with a coded error. */
  async load(): Promise<VoiceInfo> {
    const voice = await this.loadAnyhow();
    addEventListener('pagehide', this.leave);
    addEventListener('pageshow', this.comeBack);
    return voice;
  }

  private async loadAnyhow(): Promise<VoiceInfo> {
    let voice: VoiceInfo;
    try {
      voice = await this.start();
    } catch (error) {
      if (toLangduError(error).code !== 'E_VERSION') throw error;
      // The browser has kept files of another build.
      await this.refetch();
      voice = await this.start();
    }
    // A voice that was brought along is kept by now.
    if (this.voice.pack && !this.homeless) this.voice = { name: voice.name, url: null, site: this.voice.site };
    return voice;
  }

  send(message: PageToWorker, transfer: Transferable[] = []): void {
    this.link?.send(message, transfer);
  }

  /** Sound goes this way from now on. */
  connect(output: Output): void {
    this.output = output;
    const port = output.connect();
    this.send({ type: 'player', port }, [port]);
  }

  /** A job has been finished: another death is another accident. */
  thrive(): void {
    this.restarted = false;
  }

  close(error: LangduError): void {
    removeEventListener('pagehide', this.leave);
    removeEventListener('pageshow', this.comeBack);
    this.dead = error;
    this.link?.close();
  }

  /** A browser may keep a page that is left as it is, with a worker in the middle of a transaction: no other page could use the database. */
  private readonly leave = (): void => {
    this.left = true;
    this.link?.close();
  };

  private readonly comeBack = (): void => {
    if (!this.left || this.dead) return;
    this.left = false;
    this.restarted = false;
    void this.recover(new LangduError('E_CANCELLED', 'The page has been left'));
  };

  /** The browser could not keep the voice that was brought along. */
  private homeless = false;

  private start(): Promise<VoiceInfo> {
    if (this.dead) return Promise.reject(this.dead);
    this.link = new Link(this.files.engine, this.module, this.voice, this.workers, {
      onMessage: (message) => {
        if (message.type === 'uncached' && message.error.code === 'E_VOICE_STORE') this.homeless = true;
        this.handlers.onMessage(message);
      },
      onLost: (error, job) => void this.recover(error, job),
    });
    return this.link.ready;
  }

  /** Brings the browser's HTTP cache up to date. */
  private async refetch(): Promise<void> {
    const fresh = Object.values(this.files.engine).map((url) =>
      fetch(url, { cache: 'reload' }).then((response) => response.blob()),
    );
    await Promise.all(fresh).catch((error) => {
      throw new LangduError('E_NETWORK', `The files of another build could not be replaced: ${error}`);
    });
    this.module = compileEngine(this.files.engine.wasm);
  }

  /** Starts a new worker in place of a dead one, once; jobs that had begun are lost, the others go on. */
  private async recover(error: LangduError, job?: number): Promise<void> {
    this.handlers.onLost(error, job);
    try {
      if (this.restarted) throw error;
      this.restarted = true;
      const ready = this.start();
      if (this.output) this.connect(this.output);
      this.handlers.onRestarted();
      await ready;
    } catch (reason) {
      this.dead ??= toLangduError(reason);
      this.handlers.onDead(this.dead);
    }
  }
}

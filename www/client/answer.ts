/** The page's part of the service: makes the sound that the service worker is asked for. */
import { LangduError, toErrorMessage } from '../wire/errors.js';
import type { SpeechOptions, VoiceInfo } from '../wire/messages.js';
import { CREDIT, type Order, type PageToService, SERVICE, type ServiceToPage } from '../wire/service.js';
import { toPcm16 } from '../wire/wav.js';

/** How long a service worker may leave sound untaken: it may have been stopped without a word. */
const PATIENCE = 120_000;
/** How often a service worker is told that somebody listens, so that it is not taken for idle. */
const AWAKE = 10_000;

/** What of a `Langdu` is needed. */
export interface Speaker {
  readonly voice: VoiceInfo;
  stream(text: string, options: SpeechOptions): AsyncGenerator<Samples, void, undefined>;
}

interface Samples {
  samples: Float32Array<ArrayBuffer>;
}

/**
 * Answers the service worker's requests from now on, with the engine that `load` gives. It is called for the first request, and
 * again if it has failed. Returns a function that stops it. Throws `E_SERVICE_PAGE` where there are no service workers.
 */
export function answerService(load: () => Promise<Speaker>): () => void {
  const workers: ServiceWorkerContainer | undefined = navigator.serviceWorker;
  if (!workers) throw noServiceWorkers();
  let speaker: Promise<Speaker> | null = null;
  let loaded = false;
  const get = () => {
    speaker ??= load().then(
      (ready) => {
        loaded = true;
        return ready;
      },
      (error) => {
        speaker = null;
        throw error;
      },
    );
    return speaker;
  };
  const onMessage = ({ data, ports: [port] }: MessageEvent) => {
    if (data?.type !== SERVICE || !port) return;
    port.onmessage = ({ data: order }: MessageEvent<Order>) => void serve(port, order, get);
    send(port, { type: 'candidate', loaded });
  };
  workers.addEventListener('message', onMessage);
  workers.startMessages();
  return () => workers.removeEventListener('message', onMessage);
}

/** Some browsers have none in private windows, none has them without HTTPS. */
export function noServiceWorkers(cause?: unknown): LangduError {
  return new LangduError('E_SERVICE_PAGE', 'There are no service workers in this window', { cause });
}

async function serve(port: MessagePort, order: Order, get: () => Promise<Speaker>): Promise<void> {
  const reader = new Reader(port);
  try {
    const speaker = await get();
    if (order.type === 'describe') {
      const { voice } = speaker;
      const { hasOpus } = await import('./opus.js');
      const opus = (await hasOpus(voice.sampleRate)) ? ['opus'] : [];
      send(port, { type: 'described', voice, formats: ['wav', 'pcm', 'mp3', ...opus] });
    } else {
      await speak(speaker, order, reader);
    }
  } catch (error) {
    send(port, { type: 'failed', error: toErrorMessage(error) });
  } finally {
    reader.end();
  }
}

async function speak(
  speaker: Speaker,
  { text, options, voice, format }: Extract<Order, { type: 'speak' }>,
  reader: Reader,
): Promise<void> {
  const { name, sampleRate } = speaker.voice;
  if (voice && voice !== name) throw new LangduError('E_VOICE_UNKNOWN', `there is no voice \`${voice}\``);
  const chunks = speaker.stream(text, options);
  // The encoder is only for those who ask for it.
  const pieces = format === 'opus' ? (await import('./opus.js')).toOpus(chunks, sampleRate) : toPcm(chunks);
  let begun = false;
  for await (const { bytes, samples } of pieces) {
    // A text that can't be spoken fails before it has begun.
    if (!begun) reader.send({ type: 'begun', sampleRate });
    begun = true;
    reader.send({ type: 'piece', bytes, samples }, [bytes.buffer]);
    if (!(await reader.wantsMore())) return;
  }
  reader.send({ type: 'done' });
}

/** 16-bit samples, piece by piece. */
async function* toPcm(chunks: AsyncIterable<Samples>) {
  for await (const { samples } of chunks) {
    yield { bytes: new Uint8Array(toPcm16(samples).buffer), samples: samples.length };
  }
}

function send(port: MessagePort, message: PageToService, transfer: Transferable[] = []): void {
  port.postMessage(message, transfer);
}

/** The service worker's end of a job: how much it wants to have. */
class Reader {
  private credit = CREDIT;
  private gone = false;
  private wake = () => {};
  private readonly awake = setInterval(() => navigator.serviceWorker.controller?.postMessage({ type: SERVICE }), AWAKE);

  constructor(private readonly port: MessagePort) {
    port.onmessage = ({ data }: MessageEvent<ServiceToPage>) => {
      if (data.type === 'pull') this.credit += CREDIT;
      else this.gone = true;
      this.wake();
    };
    port.addEventListener('close', () => {
      this.gone = true;
      this.wake();
    });
  }

  send(message: PageToService, transfer: Transferable[] = []): void {
    if (message.type === 'piece') this.credit -= 1;
    send(this.port, message, transfer);
  }

  /** Waits until there is room for another piece; false when nobody listens any more. */
  async wantsMore(): Promise<boolean> {
    const deadline = performance.now() + PATIENCE;
    while (!this.gone && this.credit <= 0) {
      const left = deadline - performance.now();
      if (left <= 0) return false;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return !this.gone;
  }

  end(): void {
    clearInterval(this.awake);
  }
}

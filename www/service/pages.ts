/** The pages that make the sound: a service worker has no workers of its own. */
import { toLangduError } from '../wire/errors.js';
import type { VoiceInfo } from '../wire/messages.js';
import {
  type Candidate,
  CREDIT,
  type Order,
  type PageToService,
  SERVICE,
  type ServiceToPage,
} from '../wire/service.js';
import { Refusal } from './refusal.js';

declare const self: ServiceWorkerGlobalScope;

/** How long a page that is just being loaded may take to answer an offer, in milliseconds. */
const PATIENCE = 8000;
/** How long a page that has its engine loaded may be slower than one that has not. */
const PREFERENCE = 15;
/** How long there may be no sign of life from a page that speaks. */
const SILENCE = 60_000;
/** How often a silent page is looked for: not every browser tells of a port whose page is gone. */
const LOOK = 1000;

/** A page's end of the talk. */
interface Page {
  id: string;
  port: MessagePort;
  loaded: boolean;
}

/** Sound as it comes from a page. Leaving the loop ends the job. */
export interface Sound {
  sampleRate: number;
  pieces: AsyncGenerator<Extract<PageToService, { type: 'piece' }>, void, undefined>;
}

/** Offers work to every page, and takes the first that would do it, sooner one that has its engine loaded. */
async function findPage(): Promise<Page> {
  const pages = await self.clients.matchAll({ type: 'window' });
  const ports: MessagePort[] = [];
  const answers = pages.map(
    (client) =>
      new Promise<Page>((resolve) => {
        const { port1, port2 } = new MessageChannel();
        ports.push(port1);
        port1.onmessage = ({ data }: MessageEvent<Candidate>) =>
          resolve({ id: client.id, port: port1, loaded: data.loaded });
        client.postMessage({ type: SERVICE }, [port2]);
      }),
  );
  const late = sleep(pages.length > 0 ? PATIENCE : 0).then(() => {
    throw new Refusal('E_SERVICE_PAGE', 'no open page makes sound');
  });
  const never = new Promise<Page>(() => undefined);
  const loaded = answers.map((answer) => answer.then((page) => (page.loaded ? page : never)));
  const first = Promise.race(answers).then(async (page) =>
    Promise.race([...loaded, sleep(PREFERENCE).then(() => page)]),
  );
  const page = await Promise.race([first, late]).catch((error) => {
    for (const port of ports) port.close();
    throw error;
  });
  for (const other of ports) if (other !== page.port) other.close();
  return page;
}

/** Messages of a page, one by one. */
class Talk {
  private readonly messages: PageToService[] = [];
  private wake = () => {};
  private lost = false;

  constructor(
    private readonly id: string,
    private readonly port: MessagePort,
  ) {
    port.onmessage = ({ data }: MessageEvent<PageToService>) => {
      this.messages.push(data);
      this.wake();
    };
    // The page has been closed.
    port.addEventListener('close', () => {
      this.lost = true;
      this.wake();
    });
  }

  static async begin(order: Order): Promise<Talk> {
    const { id, port } = await findPage();
    const talk = new Talk(id, port);
    talk.send(order);
    return talk;
  }

  send(message: ServiceToPage): void {
    this.port.postMessage(message);
  }

  /** The next message; a failure is thrown. */
  async next(): Promise<PageToService> {
    const deadline = performance.now() + SILENCE;
    for (;;) {
      const message = this.messages.shift();
      if (message?.type === 'failed') throw toLangduError(message.error);
      if (message) return message;
      if (this.lost) throw new Refusal('E_SERVICE_PAGE', 'the page that made the sound was closed');
      if (performance.now() > deadline) throw new Refusal('E_SERVICE_TIME', 'the page that makes the sound is silent');
      if (await this.silent()) this.lost = !(await self.clients.get(this.id));
    }
  }

  /** Waits for a message; true when none has come for a while. */
  private silent(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(true), LOOK);
      this.wake = () => {
        clearTimeout(timer);
        resolve(false);
      };
    });
  }

  /** Who still waits for a message is told that there is none. */
  end(): void {
    this.send({ type: 'cancel' });
    this.port.close();
    this.lost = true;
    this.wake();
  }
}

/** What the page that would speak can do. */
export async function describe(): Promise<{ voice: VoiceInfo; formats: string[] }> {
  const talk = await Talk.begin({ type: 'describe' });
  try {
    const answer = await talk.next();
    if (answer.type !== 'described') throw new Refusal('E_WORKER', `unexpected: ${answer.type}`);
    return answer;
  } finally {
    talk.end();
  }
}

/** Has a page speak; settles with its first sign of life. `signal` ends the job, also before that. */
export async function speak(order: Extract<Order, { type: 'speak' }>, signal: AbortSignal): Promise<Sound> {
  signal.throwIfAborted();
  const talk = await Talk.begin(order);
  signal.addEventListener('abort', () => talk.end());
  const begun = await talk.next();
  if (begun.type !== 'begun') throw new Refusal('E_WORKER', `unexpected: ${begun.type}`);
  return { sampleRate: begun.sampleRate, pieces: pieces(talk) };
}

async function* pieces(talk: Talk): Sound['pieces'] {
  try {
    for (let count = 1; ; count += 1) {
      const message = await talk.next();
      if (message.type !== 'piece') return;
      yield message;
      if (count % CREDIT === 0) talk.send({ type: 'pull' });
    }
  } finally {
    talk.end();
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

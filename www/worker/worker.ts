/** The worker: what the page says to it, and who does it. */
import { toErrorMessage, toLangduError } from '../wire/errors.js';
import type { PageToWorker, Question, WorkerToPage } from '../wire/messages.js';
import { Ahead } from './ahead.js';
import { Delivery } from './deliver.js';
import { type Loaded, load } from './load.js';
import { Scheduler } from './scheduler.js';
import { make } from './second.js';

type Asked = Extract<PageToWorker, { type: 'question' }>;

/** Questions that arrived before the engine was ready. */
const early: Asked[] = [];
let loaded: Loaded | null = null;
let takeModule: (module: WebAssembly.Module) => void;
const module = new Promise<WebAssembly.Module>((resolve) => {
  takeModule = resolve;
});
let takeManifest: (manifest: string | Promise<never>) => void;
const manifest = new Promise<string>((resolve) => {
  takeManifest = resolve;
});
manifest.catch(() => undefined);

const delivery = new Delivery(tell, () => void scheduler.run());
const scheduler: Scheduler = new Scheduler(delivery, tell);
const ahead = new Ahead(
  async (lookup) => loaded?.store.wait(lookup),
  (engine, job) => make(engine, loaded?.second ?? null, job),
);

function tell(message: WorkerToPage, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}

addEventListener('message', ({ data }: MessageEvent<PageToWorker>) => {
  switch (data.type) {
    case 'load':
      void begin(data);
      break;
    case 'engine':
      takeModule(data.module);
      break;
    case 'manifest':
      takeManifest('error' in data ? Promise.reject(toLangduError(data.error)) : data.manifest);
      break;
    case 'player':
      delivery.connect(data.port);
      // Speech may have waited for it.
      void scheduler.run();
      break;
    case 'start':
      scheduler.start(data.job, data.text, data.open, data.options, data.sink);
      break;
    case 'feed':
      scheduler.feed(data.job, data.text, data.end);
      break;
    case 'pull':
      scheduler.pull(data.job);
      break;
    case 'cancel':
      scheduler.cancel(data.job);
      break;
    case 'change':
      scheduler.change(data.options);
      break;
    case 'seek':
      scheduler.seek(data.job, data.to);
      break;
    case 'question':
      if (loaded) void answer(loaded, data);
      else early.push(data);
      break;
  }
});

async function begin(wanted: Extract<PageToWorker, { type: 'load' }>): Promise<void> {
  try {
    loaded = await load(wanted, module, manifest, tell);
    delivery.sampleRate = loaded.voice.sampleRate;
    tell({ type: 'ready', voice: loaded.voice });
    for (const question of early.splice(0)) void answer(loaded, question);
    scheduler.begin({ ...loaded, ahead });
  } catch (error) {
    tell({ type: 'refused', error: toErrorMessage(error) });
  }
}

async function answer(loaded: Loaded, { request, question }: Asked): Promise<void> {
  try {
    await loaded.store.ready();
    const value = await ask(loaded, question);
    tell({ type: 'answer', request, value }, value instanceof Uint8Array ? [value.buffer] : []);
  } catch (error) {
    tell({ type: 'answer', request, error: toErrorMessage(error) });
  }
}

async function ask({ engine, store }: Loaded, question: Question): Promise<unknown> {
  switch (question.ask) {
    case 'emotions':
      return engine.setEmotions(question.templates);
    case 'templates': {
      const made = ahead.add(engine, question.texts, question.emotions);
      void scheduler.run();
      return made;
    }
    case 'readings':
      return engine.readings(question.text, { lexicon: question.lexicon });
    case 'forget-templates':
      return ahead.forget(engine, question.texts);
    default:
      return store.answer(question);
  }
}

/**
 * Kills the page's process while it speaks, keeps, imports a voice and makes templates, and looks at what the next start
 * finds: the sound must be what a page without a cache makes, and readiness must not get later.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { launch } from '../e2e/chromium.mjs';
import { site } from '../e2e/site.mjs';
import { seeded } from './random.mjs';

/** No two of them share a word, so that each is either kept whole or made anew. */
const SENTENCES = [
  '早上好。',
  '火车晚点了。',
  '梅花开在墙角。',
  '请把窗户关上。',
  '他们昨夜吵架。',
  '十二只白鹅过河。',
  '医生建议多休息。',
  '这双鞋太小。',
];
const TEMPLATE = '尊敬的旅客，前方到站是{站名}，请带好行李。';

/** What 16 bits and chunks of other lengths may change in a sample. */
const TOLERANCE = 2 / 32768 + 1e-4;

/** In the page: the sound of each sentence, its samples in base64, and where it came from. */
const speakAll = async (sentences) => {
  const said = {};
  const packed = (samples) => {
    const bytes = new Uint8Array(Float32Array.from(samples).buffer);
    let text = '';
    for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
    return btoa(text);
  };
  for (const text of sentences) {
    const sources = [];
    const off = window.langdu.on('sentence', ({ source }) => sources.push(source));
    const parts = [];
    for await (const { samples } of window.langdu.stream(text)) parts.push(...samples);
    off();
    said[text] = { sources, samples: packed(parts) };
  }
  return said;
};

/** In the page: something that takes a while, chosen by `kind`. Nobody waits for it. */
const keepBusy = ({ kind, sentences, template, archive }) => {
  const langdu = window.langdu;
  const say = (text) => langdu.speak(text).catch(() => undefined);
  if (kind === 'speak') for (const text of sentences) say(text);
  if (kind === 'keep') {
    for (const text of sentences) void langdu.synthesize(text);
  }
  if (kind === 'template') {
    void langdu.templates.register([template]).catch(() => undefined);
    say(template.replace(/\{.*\}/, '洪山广场'));
  }
  if (kind === 'voice') {
    const file = new File([Uint8Array.from(atob(archive), (c) => c.charCodeAt(0))], 'brought.zip');
    void window.load({ pack: [file] });
  }
};

/** The voice as a person would bring it, under a name of its own. */
async function archiveOf(voice, name) {
  const folder = await mkdtemp(join(tmpdir(), 'langdu-voice-'));
  try {
    execFileSync('cp', ['-r', `${voice}/.`, folder]);
    const script =
      'import json,sys,zipfile,pathlib\n' +
      'folder=pathlib.Path(sys.argv[1]);manifest=json.loads((folder/"voice.json").read_text())\n' +
      'manifest["name"]=sys.argv[2]\n' +
      'with zipfile.ZipFile(folder/"voice.zip","w") as zip:\n' +
      ' zip.writestr("voice.json",json.dumps(manifest))\n' +
      ' [zip.write(path,path.name) for path in folder.glob("*.onnx")]\n';
    execFileSync('python3', ['-c', script, folder, name]);
    return (await readFile(join(folder, 'voice.zip'))).toString('base64');
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** So many are enough; what is left of a long run is for the others. */
const MOST = 240;
/** How long a page may take that has next to nothing of the processor, in milliseconds. */
const PATIENCE = 300_000;

/** Kills for so many seconds, at random moments that are the same each time. */
export async function kills(seconds) {
  const random = seeded(7);
  const until = Date.now() + seconds * 1000;
  const server = await site();
  const profile = await mkdtemp(join(tmpdir(), 'langdu-kills-'));
  const context = await chromium.launchPersistentContext(profile, launch());
  context.setDefaultTimeout(PATIENCE);
  const archive = await archiveOf(new URL('../../models/xiaolang', import.meta.url).pathname, 'brought');
  const readyTimes = [];
  let [killed, wrong, kept, torn] = [0, 0, 0, 0];

  /** A fresh page that has loaded the voice. */
  const start = async () => {
    const page = await context.newPage();
    await page.goto(`${server.url}harness.html`);
    await page.waitForFunction('window.ready === true');
    const from = Date.now();
    const { code, message } = await page.evaluate(() => window.load());
    if (code !== 0) throw new Error(`after ${killed} kills the voice does not load: ${code} ${message}`);
    readyTimes.push(Date.now() - from);
    return page;
  };

  try {
    let page = await start();
    await page.evaluate(() => window.langdu.cache.clear());
    const expected = await page.evaluate(speakAll, SENTENCES);
    while (Date.now() < until && killed < MOST) {
      const kind = ['speak', 'keep', 'template', 'voice'][Math.floor(random() * 4)];
      await page.evaluate(keepBusy, { kind, sentences: SENTENCES, template: TEMPLATE, archive });
      await new Promise((resolve) => setTimeout(resolve, random() * 1500));
      await kill(context, page);
      await page.close();
      killed += 1;
      if (killed % 20 === 0) console.error(`kills: ${killed}`);
      page = await start();
      const said = await page.evaluate(speakAll, SENTENCES);
      torn += (await page.evaluate(() => window.langdu.cache.stats())).dropped;
      for (const [text, { sources, samples }] of Object.entries(said)) {
        if (sources[0] === 'L2') kept += 1;
        const off = distance(samples, expected[text].samples);
        if (off <= TOLERANCE) continue;
        wrong += 1;
        console.error(`kills: after ${kind}, ${text} from ${sources} is off by ${off}`);
      }
      if (random() < 0.25) await page.evaluate(() => window.langdu.cache.clear());
    }
    const ready_ms = { first: median(readyTimes.slice(0, 10)), last: median(readyTimes.slice(-10)) };
    console.error(`kills: ${killed}, ${wrong} wrong sounds, ${kept} sentences found again, ${torn} records torn`);
    const figures = { kills: killed, wrong_sounds: wrong, kept, torn_records: torn, ready_ms };
    return { figures, withstood: wrong === 0 && ready_ms.last < 2 * ready_ms.first + 500 };
  } finally {
    await context.close();
    await server.close();
    await rm(profile, { recursive: true, force: true });
  }
}

/** Kills the process of a page. */
async function kill(context, page) {
  const crashed = page.waitForEvent('crash', { timeout: 0 }).then(() => true);
  // With much else to do, another process may have been taken for it.
  for (let tries = 0; tries < 5; tries += 1) {
    process.kill(await rendererOf(context, page), 'SIGKILL');
    const late = new Promise((resolve) => setTimeout(resolve, 5000, false));
    if (await Promise.race([crashed, late])) return;
  }
  throw new Error('the process of the page is not found');
}

/** The process that draws the page; it is the only one of its kind that burns time when the page does. */
async function rendererOf(context, page) {
  const session = await context.browser()?.newBrowserCDPSession();
  const renderers = async () => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    return new Map(processInfo.filter(({ type }) => type === 'renderer').map(({ id, cpuTime }) => [id, cpuTime]));
  };
  const before = await renderers();
  if (before.size > 1) {
    await page.evaluate(() => {
      const end = performance.now() + 150;
      while (performance.now() < end);
    });
  }
  const after = await renderers();
  await session.detach();
  const spent = (id) => after.get(id) - (before.get(id) ?? 0);
  return [...after.keys()].sort((a, b) => spent(b) - spent(a))[0];
}

/** The largest difference of two sounds; of different lengths, they have nothing in common. */
function distance(...sounds) {
  const [one, other] = sounds.map((packed) => new Float32Array(Uint8Array.from(Buffer.from(packed, 'base64')).buffer));
  if (one.length !== other.length) return Number.POSITIVE_INFINITY;
  return one.reduce((worst, sample, i) => Math.max(worst, Math.abs(sample - other[i])), 0);
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

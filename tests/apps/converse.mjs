/** Talks to the app of a conversation: the microphone hears a file, and what the app says is listened to. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { CHROMIUM, CHROMIUM_FLAGS } from '../e2e/chromium.mjs';

/** The listener says nothing for so long, and speaks then. */
const PATIENCE_S = 5;
const RATE = 24_000;
/** What is louder is a sound. */
const LEVEL = 0.003;
/** From the first syllable to silence. */
const SOON_MS = 150;

/** Says what is wrong; `row` gets what was measured. */
export async function converse(url, row) {
  const folder = await mkdtemp(join(tmpdir(), 'langdu-voice-'));
  const faults = [];
  try {
    const file = join(folder, 'voice.wav');
    await writeFile(file, await question(url));
    const microphone = `--use-file-for-fake-audio-capture=${file}%noloop`;
    const browser = await launch('--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', microphone);
    try {
      const page = await (await browser.newContext({ permissions: ['microphone'] })).newPage();
      page.on('pageerror', (error) => faults.push(`${error.code ?? ''} ${error.message}`));
      page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
      await page.addInitScript(watch, LEVEL);
      await page.goto(url);
      await page.click('#speak:enabled', { timeout: 60_000 });
      await page.waitForSelector('[data-heard]', { timeout: 60_000 });
      const stopped = await page.evaluate(() => window.stopped());
      row.silent_ms = Math.round(stopped.ms);
      if (!(stopped.ms < SOON_MS)) faults.push(`silent ${stopped.ms} ms after the first syllable`);
      const { heard, line } = await page.$eval('[data-heard]', ({ dataset, textContent }) => ({
        heard: Number(dataset.heard),
        line: textContent,
      }));
      row.heard = heard;
      if (!(heard > 5 && line === `${line.slice(0, heard)}——`)) faults.push(`heard ${heard} of ${line}`);
      // It answers when the question has been asked.
      await page.waitForFunction(() => window.stopped().spokeAgain, undefined, { timeout: 20_000 });
    } finally {
      await browser.close();
    }
  } catch (error) {
    faults.push(String(error).split('\n')[0]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return faults;
}

const launch = (...flags) =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: [...CHROMIUM_FLAGS, ...flags],
    ignoreDefaultArgs: ['--mute-audio'],
  });

/** A file for the microphone: silence, a question in the voice of the app itself, silence. */
async function question(url) {
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(url);
    const spoken = await page.evaluate(async () => {
      const { Langdu } = await import('/langdu/langdu.js');
      const langdu = await Langdu.load();
      const samples = [];
      for await (const chunk of langdu.stream('等一下，等一下，我想问一个问题。')) samples.push(...chunk.samples);
      return samples;
    });
    const quiet = (seconds) => new Array(seconds * RATE).fill(0);
    return wav([...quiet(PATIENCE_S), ...spoken, ...quiet(60)]);
  } finally {
    await browser.close();
  }
}

function wav(samples) {
  const bytes = Buffer.alloc(44 + samples.length * 2);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(RATE, 24);
  bytes.writeUInt32LE(RATE * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(samples.length * 2, 40);
  samples.forEach((sample, i) => {
    bytes.writeInt16LE(Math.round(Math.max(-1, Math.min(1, sample)) * 32767), 44 + i * 2);
  });
  return bytes;
}

/** In the page: notes when the microphone is first heard, and when the speakers are. */
function watch(level) {
  const times = { mic: null, last: null, again: null };
  const meter = (context, connect) => {
    const analyser = context.createAnalyser();
    analyser.fftSize = 256;
    connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    return () => {
      analyser.getFloatTimeDomainData(samples);
      return samples.some((sample) => Math.abs(sample) > level);
    };
  };
  const meters = { mic: () => false, speakers: () => false };
  const { connect } = AudioNode.prototype;
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode) {
      meters.speakers = meter(target.context, (analyser) => connect.call(this, analyser));
    }
    return connect.call(this, target, ...rest);
  };
  const { mediaDevices } = navigator;
  const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (...wanted) => {
    const stream = await getUserMedia(...wanted);
    const context = new AudioContext();
    meters.mic = meter(context, (analyser) => context.createMediaStreamSource(stream).connect(analyser));
    return stream;
  };
  setInterval(() => {
    const now = performance.now();
    if (meters.mic()) times.mic ??= now;
    if (!meters.speakers()) return;
    // A sound after half a second of silence is another one.
    if (times.mic && times.last && now - times.last > 500) times.again ??= now;
    if (!times.again) times.last = now;
  }, 4);
  window.stopped = () => ({ ms: Math.max(0, times.last - times.mic), spokeAgain: times.again !== null });
}

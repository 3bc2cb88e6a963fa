/**
 * In the measured page: speaks, and says when the first sample was handed to the audio device and when the first one that can
 * be heard: 40 dB below the peak. What the device keeps back (`outputLatency`) comes on top of both.
 */

/** How much of each text is listened to. */
const HEARD_MS = 400;
const AUDIBLE = 0.01;
/**
 * The device asks for sound every 10 ms or so. What goes before leaves each text at the same place between two requests, which
 * people don't: so each waits for another part of this time, and parts that follow each other by the golden ratio lie evenly.
 */
const MOMENTS_MS = 40;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @param {import('../../www/client/langdu.js').Langdu} langdu */
export async function listener(langdu) {
  const { context } = langdu.outputNode;
  await context.audioWorklet.addModule('/tap.worklet.js');
  const tap = new AudioWorkletNode(context, 'tap', { numberOfOutputs: 0 });
  let blocks = [];
  tap.port.onmessage = ({ data }) => blocks.push(data);
  langdu.outputNode.connect(tap);
  let sources = [];
  let moment = 0;
  langdu.on('sentence', (sentence) => sources.push(sentence));

  /** Milliseconds from the first sample that is not zero to the first that can be heard. */
  const leadIn = () => {
    const samples = blocks.flatMap((block) => [...block]);
    const peak = samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
    const first = samples.findIndex((sample) => sample !== 0);
    const heard = samples.findIndex((sample) => Math.abs(sample) > AUDIBLE * peak);
    return ((heard - first) * 1000) / context.sampleRate;
  };

  /** Speaks the beginning of a text, at some moment or at once. */
  return async (text, { atOnce = false } = {}) => {
    moment = (moment + GOLDEN) % 1;
    if (!atOnce) await sleep(moment * MOMENTS_MS);
    blocks = [];
    sources = [];
    const started = new Promise((resolve, reject) => {
      const stop = langdu.on('start', ({ firstSoundMs }) => {
        stop();
        resolve(firstSoundMs);
      });
      langdu.speak(text).catch((error) => error.code === 'E_CANCELLED' || reject(error));
    });
    const firstSampleMs = await started;
    await sleep(HEARD_MS);
    langdu.cancel();
    const first = sources[0];
    // The worker answers when it has nothing more urgent to do.
    await langdu.cache.stats();
    await sleep(50);
    const latencyMs = (context.outputLatency || 0) * 1000;
    return { firstSampleMs, heardMs: firstSampleMs + leadIn(), latencyMs, first };
  };
}

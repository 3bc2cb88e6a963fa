/** The six graphs of a voice streamed by onnxruntime-web: what langdu does in Rust, in as little JavaScript as it takes. */
import { StreamingGraph, tensor } from './onnxruntime.mjs';

/** Frames that one run of postnet and vocoder takes. Larger chunks are no faster, and sound later. */
const FRAMES = 24;
const MASKED = -1e9;

export class PeerVoice {
  /** @param {string} folder URL of the pack */
  static async open(folder) {
    const voice = new PeerVoice();
    voice.manifest = await (await fetch(`${folder}voice.json`)).json();
    const open = async (name, sizes) => {
      const file = await fetch(folder + voice.manifest.files[name].path);
      return StreamingGraph.open(new Uint8Array(await file.arrayBuffer()), sizes);
    };
    const { window } = voice.manifest.decoder;
    voice.encoder = await open('encoder');
    voice.prosody = await open('prosody');
    voice.duration = await open('duration');
    voice.firstStep = await open('decoder', { R: window });
    voice.step = await open('decoder', { R: 1 });
    voice.postnet = await open('postnet', { n: FRAMES });
    // What the vocoder makes; above its band this voice has nothing.
    voice.hop = (voice.manifest.vocoder.extension ?? voice.manifest).hop;
    voice.vocoder = await open('vocoder', { n: FRAMES, [`${voice.hop}*n`]: FRAMES * voice.hop });
    return voice;
  }

  /** Speaks a sentence; gives the number of samples. */
  async speak(symbols) {
    const rows = await this.read(symbols);
    const durations = await this.time(rows);
    const memory = this.regulate(rows, durations);
    for (const graph of [this.firstStep, this.step, this.postnet, this.vocoder]) graph.restart();
    const { frames_per_step, window } = this.manifest.decoder;
    const total = durations.reduce((sum, count) => sum + count, 0);
    const longest = Math.round(Math.max(...durations) / frames_per_step);
    const band = Math.min(longest, window - 1);
    const { channels } = this.manifest.mel;
    const { look_ahead } = this.manifest.postnet;
    let decoded = new Float32Array(0);
    let mel = new Float32Array(0);
    let samples = 0;
    this.last = new Float32Array(channels);
    for (let step = 0, pushed = 0; pushed < total + look_ahead; pushed += FRAMES) {
      while (decoded.length < FRAMES * channels && step < memory.length) {
        decoded = joined(decoded, await this.decode(memory, step, band));
        step += 1;
      }
      mel = joined(mel, await this.refine(taken(decoded, FRAMES * channels), pushed, total));
      decoded = decoded.slice(FRAMES * channels);
      if (pushed === 0) mel = mel.slice(look_ahead * channels);
      while (mel.length >= FRAMES * channels || (pushed + FRAMES >= total + look_ahead && mel.length > 0)) {
        samples += await this.sound(taken(mel, FRAMES * channels));
        mel = mel.slice(FRAMES * channels);
      }
    }
    return Math.min(samples, total * this.hop);
  }

  /** Encoder, pitch and energy: the condition of every symbol. */
  async read(symbols) {
    const { symbols: tables, encoder, emotions } = this.manifest;
    const names = [tables.sy, tables.tone, tables.syllable_flag, tables.word_segment];
    const count = symbols.length;
    const ids = new BigInt64Array(count * 4);
    symbols.forEach((symbol, row) => {
      symbol.forEach((name, column) => {
        ids[row * 4 + column] = BigInt(Math.max(0, names[column].indexOf(name)));
      });
    });
    const chosen = (width, pick) => {
      const weights = new Float32Array(count * width);
      symbols.forEach((symbol, row) => {
        weights[row * width + pick(symbol)] = 1;
      });
      return tensor([count, width], weights);
    };
    const perSymbol = (value) =>
      tensor(
        [count],
        Array.from({ length: count }, (_, row) => value(row)),
      );
    const valid = perSymbol(() => 1);
    const emotionOf = ([phone]) => (phone.startsWith('#') ? emotions.pause : emotions.supported.neutral);
    const { text, speaker, emotion } = await this.encoder.run({
      symbols: tensor([count, 4], ids),
      position: perSymbol((row) => row + 1),
      valid,
      speaker_weights: chosen(encoder.speaker_rows, () => 0),
      emotion_weights: chosen(encoder.emotion_rows, emotionOf),
    });
    const [one, zero] = [valid, perSymbol(() => 0)];
    const scales = { pitch_scale: one, pitch_shift: zero, energy_scale: one, energy_shift: zero };
    const { condition } = await this.prosody.run({ text, speaker, emotion, valid, ...scales });
    const width = condition.dims[1];
    return symbols.map((_, row) => condition.data.slice(row * width, (row + 1) * width));
  }

  /** Whole frames of every symbol. */
  async time(rows) {
    this.duration.restart();
    let previous = tensor([1, 1], [0]);
    const durations = [];
    for (const row of rows) {
      const { duration } = await this.duration.run({ condition: tensor([1, row.length], row), previous });
      durations.push(Math.floor(Math.max(0, Math.exp(duration.data[0]) - 1) + 0.5));
      previous = duration;
    }
    return durations;
  }

  /** One row of memory per decoder step: the text of its frames with their places in the symbol, then the rest. */
  regulate(rows, durations) {
    const { frames_per_step } = this.manifest.decoder;
    const { text: width } = this.manifest.encoder;
    const frames = rows.flatMap((row, symbol) =>
      Array.from({ length: durations[symbol] }, (_, index) => {
        const text = row.slice(0, width).map((value, column) => {
          const angle = (index + 1) / 10000 ** ((column - (column % 2)) / width);
          return value + (column % 2 === 0 ? Math.sin(angle) : Math.cos(angle));
        });
        return { text, rest: row.slice(width) };
      }),
    );
    const padding = { text: Float32Array.from({ length: width }, (_, column) => column % 2) };
    const memory = [];
    for (let at = 0; at < frames.length; at += frames_per_step) {
      const packed = Array.from({ length: frames_per_step }, (_, index) => frames[at + index] ?? padding);
      memory.push(Float32Array.from([...packed.flatMap(({ text }) => [...text]), ...frames[at].rest]));
    }
    return memory;
  }

  /** One step of the decoder: the next frames. */
  async decode(memory, step, band) {
    const { window } = this.manifest.decoder;
    const { channels } = this.manifest.mel;
    const width = memory[step].length;
    const entering = step === 0 ? window : 1;
    const ahead = new Float32Array(entering * width);
    for (let row = 0; row < entering; row += 1) {
      const index = step === 0 ? row : step + window - 1;
      if (memory[index]) ahead.set(memory[index], row * width);
    }
    const back = Math.min(band, step);
    const forth = Math.min(band, memory.length - 1 - step);
    const mask = (hidden) =>
      tensor(
        [1, window],
        Array.from({ length: window }, (_, at) => (hidden(at) ? MASKED : 0)),
      );
    const graph = step === 0 ? this.firstStep : this.step;
    const { frames } = await graph.run({
      memory: tensor([1, width], memory[step]),
      memory_ahead: tensor([entering, width], ahead),
      previous: tensor([1, channels], this.last),
      history_mask: mask((at) => window - 1 - at > back),
      future_mask: mask((at) => at > forth),
    });
    if (step === 0) this.step.state = this.firstStep.state;
    this.last = frames.data.slice(-channels);
    return frames.data;
  }

  /** The postnet: frames that are complete, those of `look_ahead` frames ago. */
  async refine(frames, start, total) {
    const { look_ahead } = this.manifest.postnet;
    const valid = Array.from({ length: FRAMES + look_ahead }, (_, index) => {
      const time = start - look_ahead + index;
      return Number(time >= 0 && time < total);
    });
    const { mel } = await this.postnet.run({
      frames: tensor([FRAMES, this.manifest.mel.channels], frames),
      valid: tensor([FRAMES + look_ahead], valid),
    });
    return mel.data;
  }

  async sound(frames) {
    const { bins, channels } = this.manifest.mel;
    const { hop, manifest } = this;
    const { vocoder } = manifest;
    const mel = new Float32Array(FRAMES * bins);
    for (let frame = 0; frame < FRAMES; frame += 1) {
      mel.set(frames.subarray(frame * channels, frame * channels + bins), frame * bins);
    }
    const inputs = { mel: tensor([FRAMES, bins], mel) };
    // The harmonic source is arithmetic outside the networks: it is left silent here.
    if (vocoder.source) {
      const shape = [vocoder.source.harmonics, FRAMES * hop];
      inputs.source = tensor(shape, new Float32Array(shape[0] * shape[1]));
    }
    const { samples } = await this.vocoder.run(inputs);
    return samples.data.length;
  }
}

function joined(first, second) {
  const all = new Float32Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

/** The first `length` values, padded with zeros. */
function taken(values, length) {
  const part = new Float32Array(length);
  part.set(values.subarray(0, length));
  return part;
}

/**
 * Runs before the page's own scripts and keeps what the tests want to see: the samples that reach the speakers, the files
 * made, the workers started. The product has no hooks for it.
 */
window.probe = { blocks: [], downloads: [], workers: [], blobs: new Map() };

const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (target, ...rest) {
  if (target instanceof AudioDestinationNode) {
    target.context.audioWorklet.addModule('/probe.worklet.js').then(() => {
      const tap = new AudioWorkletNode(target.context, 'probe', { numberOfOutputs: 0 });
      tap.port.onmessage = ({ data }) => window.probe.blocks.push({ at: performance.now(), ...data });
      connect.call(this, tap);
    });
  }
  return connect.call(this, target, ...rest);
};

const createObjectURL = URL.createObjectURL;
URL.createObjectURL = (blob) => {
  const url = createObjectURL.call(URL, blob);
  window.probe.blobs.set(url, blob);
  return url;
};

const click = HTMLAnchorElement.prototype.click;
HTMLAnchorElement.prototype.click = function () {
  if (this.download) window.probe.downloads.push({ name: this.download, url: this.href });
  else click.call(this);
};

window.Worker = class extends Worker {
  constructor(...args) {
    super(...args);
    window.probe.workers.push(this);
  }
};

/** Sound since `from` (a time of `performance.now()`): samples that are not zero, and their level. */
window.probe.heard = (from = 0, to = Number.POSITIVE_INFINITY) => {
  const blocks = window.probe.blocks.filter(({ at }) => at >= from && at <= to);
  const sounding = blocks.reduce((sum, { sounding }) => sum + sounding, 0);
  const energy = blocks.reduce((sum, { energy }) => sum + energy, 0);
  return { blocks: blocks.length, sounding, rms: sounding ? Math.sqrt(energy / sounding) : 0 };
};

/** What a WAV file says of itself. */
window.probe.wav = async (url) => {
  const bytes = await window.probe.blobs.get(url).arrayBuffer();
  const view = new DataView(bytes);
  const ascii = (at, length) => String.fromCharCode(...new Uint8Array(bytes, at, length));
  const samples = new Int16Array(bytes.slice(44));
  return {
    riff: ascii(0, 4) + ascii(8, 8) + ascii(36, 4),
    riffSize: view.getUint32(4, true),
    format: view.getUint16(20, true),
    channels: view.getUint16(22, true),
    sampleRate: view.getUint32(24, true),
    bits: view.getUint16(34, true),
    dataSize: view.getUint32(40, true),
    size: bytes.byteLength,
    rms: Math.sqrt(samples.reduce((sum, sample) => sum + (sample / 32768) ** 2, 0) / samples.length),
  };
};

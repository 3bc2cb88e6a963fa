/** Graphs in onnxruntime-web, on one thread; a streaming graph's state is carried as the voice packs name it. */
import * as ort from '/peers/onnxruntime-web/dist/ort.wasm.bundle.min.mjs';

ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = '/peers/onnxruntime-web/dist/';

/** @param {number[]} dims @param {Float32Array | BigInt64Array | number[]} data floats or 64-bit integers */
export function tensor(dims, data) {
  const integers = data instanceof BigInt64Array;
  return new ort.Tensor(integers ? 'int64' : 'float32', integers ? data : Float32Array.from(data), dims);
}

export function openSession(bytes, options = {}) {
  return ort.InferenceSession.create(bytes, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
    ...options,
  });
}

export class StreamingGraph {
  state = {};

  constructor(session) {
    this.session = session;
  }

  /** Opens a graph of a voice pack; `sizes` fixes the free sizes of the file by name. */
  static async open(bytes, sizes = {}) {
    // The packs keep their activations in f32: without this the runtime would quantize them too, and be slower.
    const extra = { session: { disable_quant_qdq: '1' } };
    return new StreamingGraph(await openSession(bytes, { freeDimensionOverrides: sizes, extra }));
  }

  /** Back to the zeros that every sentence begins with. */
  restart() {
    this.state = {};
  }

  /** Runs once on the inputs that are no state; all outputs by name. */
  async run(inputs) {
    const feeds = { ...inputs };
    for (const { name, shape } of this.session.inputMetadata) {
      feeds[name] ??= this.state[name] ?? tensor(shape, new Float32Array(shape.reduce((a, b) => a * b, 1)));
    }
    const outputs = await this.session.run(feeds);
    for (const [name, value] of Object.entries(outputs)) {
      if (name.startsWith('next_')) this.state[name.slice('next_'.length)] = value;
    }
    return outputs;
  }
}

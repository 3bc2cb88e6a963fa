/** The second worker: the vocoder by itself, so that it works at the same time as the acoustic model (`second.ts` drives it). */

import init, { EngineVocoder } from '#engine';
import { type ErrorMessage, toErrorMessage } from '../wire/errors.js';

export type ToVocoder =
  | { type: 'load'; module: WebAssembly.Module; manifest: string; graph: Uint8Array }
  | { type: 'push'; job: number; opens?: number; frames: Float32Array<ArrayBuffer> }
  | { type: 'cancel'; job: number };

/** Answers come in the order of the questions; a cancel has none. */
export type FromVocoder = Voiced | { error: ErrorMessage };

/** Samples of a job's next frames, milliseconds of work and bytes of WebAssembly memory. */
export interface Voiced {
  samples: Float32Array<ArrayBuffer>;
  ms: number;
  memory: number;
}

let vocoder: EngineVocoder | undefined;
let memory: WebAssembly.Memory;

addEventListener('message', async ({ data }: MessageEvent<ToVocoder>) => {
  try {
    switch (data.type) {
      case 'load':
        ({ memory } = await init({ module_or_path: data.module }));
        vocoder = new EngineVocoder(data.manifest, data.graph);
        answer(new Float32Array(0), 0);
        break;
      case 'push': {
        const begun = performance.now();
        if (!vocoder) throw new Error('the vocoder has not been loaded');
        const samples = vocoder.push(data.job, data.opens, data.frames) as Float32Array<ArrayBuffer>;
        answer(samples, performance.now() - begun);
        break;
      }
      case 'cancel':
        // Nothing is under way before it is loaded.
        vocoder?.cancel(data.job);
        break;
    }
  } catch (error) {
    postMessage({ error: toErrorMessage(error) } satisfies FromVocoder);
  }
});

function answer(samples: Float32Array<ArrayBuffer>, ms: number): void {
  const voiced: Voiced = { samples, ms, memory: memory.buffer.byteLength };
  postMessage(voiced, { transfer: [samples.buffer] });
}

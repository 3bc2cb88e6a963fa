/** A page with nothing on it but the client, for tests of the client alone. */
import { Langdu } from '/langdu.js';

/** Loads, or says why not. */
window.load = async (options) => {
  try {
    window.langdu = await Langdu.load(options);
    return { code: 0, voice: window.langdu.voice };
  } catch (error) {
    return { code: error.code, message: error.message };
  }
};

/** Speaks to the end, or says why not. */
window.speak = async (text, options) => {
  try {
    return { code: 0, ...(await window.langdu.speak(text, options)) };
  } catch (error) {
    return { code: error.code, message: error.message };
  }
};

window.sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Collects a stream whole, or says why not. */
window.collect = async (text, options) => {
  const chunks = [];
  try {
    for await (const chunk of window.langdu.stream(text, options)) chunks.push(chunk);
  } catch (error) {
    return { code: error.code, message: error.message };
  }
  return {
    code: 0,
    chunks: chunks.map(({ samples, start, last }) => ({ count: samples.length, start, last })),
    marks: chunks.flatMap(({ marks }) => marks),
    samples: chunks.reduce((sum, { samples }) => sum + samples.length, 0),
  };
};

document.getElementById('speak').addEventListener('click', () => {
  window.spoken = window.speak('点了就能听见。');
});

if (location.hash === '#speak-at-once') {
  await window.load();
  window.locked = await window.speak('没有点过。');
}
window.ready = true;

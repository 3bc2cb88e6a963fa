/**
 * A conversation in full duplex: who begins to speak is listened to at once, and what was not heard is not taken as said.
 */
import { MicVAD } from '@ricky0123/vad-web';
import { Langdu } from 'langdu';
import { reply } from './model.js';

const said = document.getElementById('said');
const button = document.getElementById('speak');
const langdu = await Langdu.load({ baseUrl: '/langdu/' });

/** Says a reply while it is being written. What the listener got of it is what the dialogue remembers. */
async function answer() {
  const line = said.appendChild(document.createElement('li'));
  let written = '';
  async function* writing() {
    for await (const token of reply()) {
      written += token;
      yield token;
    }
  }
  try {
    await langdu.speak(writing(), { interrupt: true });
    line.textContent = written;
  } catch ({ code, heard }) {
    if (code !== 'E_CANCELLED') throw new Error(code);
    line.textContent = `${written.slice(0, heard.charIndex)}——`;
    line.dataset.heard = heard.charIndex;
  }
}

button.disabled = false;
button.addEventListener('click', async () => {
  button.disabled = true;
  await MicVAD.new({
    model: 'v5',
    baseAssetPath: '/vad/',
    onnxWASMBasePath: '/vad/',
    redemptionMs: 500,
    // At the first syllable, before it is known whether more follows.
    onSpeechStart: () => langdu.cancel(),
    onSpeechEnd: answer,
    onVADMisfire: answer,
  });
  await answer();
});

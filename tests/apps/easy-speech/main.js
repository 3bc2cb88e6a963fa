import EasySpeech from 'easy-speech';
import { install } from 'langdu/speech-synthesis';

install({ baseUrl: '/langdu/', native: false });
await EasySpeech.init({ maxTimeout: 60_000, interval: 100 });
const [voice] = EasySpeech.filterVoices({ language: 'zh' });
const button = document.getElementById('speak');
button.disabled = false;
button.addEventListener('click', async () => {
  const text = document.getElementById('text').value;
  const words = [];
  const boundary = ({ charIndex, charLength }) => words.push(text.substr(charIndex, charLength));
  await EasySpeech.speak({ text, voice, boundary });
  button.dataset.said = words.join('');
});

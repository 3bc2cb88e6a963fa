import { Langdu } from 'langdu';

const button = document.getElementById('speak');
const langdu = await Langdu.load();
button.disabled = false;
button.addEventListener('click', () => langdu.speak(document.getElementById('text').value));

import { Langdu } from 'langdu';

// A bundler that puts every file into the script, and no plugin that keeps it from doing so.
const error = document.getElementById('error');
Langdu.load().catch(({ code, message }) => {
  error.dataset.code = code;
  error.textContent = message;
});

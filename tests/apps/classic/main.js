const button = document.getElementById('speak');
window.langdu.Langdu.load().then((langdu) => {
  button.disabled = false;
  button.addEventListener('click', () => langdu.speak(document.getElementById('text').value));
});

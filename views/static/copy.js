// Puts a code where it can be pasted from. Without this script the button is not seen (its place is kept: nothing moves), and the code can be marked.
for (const button of document.querySelectorAll('button[data-copies]')) {
  const name = button.textContent;
  const say = (words) => (button.textContent = words);
  if (navigator.clipboard) button.dataset.ready = '';
  button.setAttribute('aria-live', 'polite');
  button.addEventListener('click', () => {
    void navigator.clipboard
      .writeText(button.dataset.copies)
      .then(() => say(button.dataset.copied))
      .then(() => setTimeout(say, 2000, name));
  });
}

// Puts a code where it can be pasted from. Without this script the button stays hidden, and the code can be marked.
for (const button of document.querySelectorAll('button[data-copies]')) {
  const name = button.textContent;
  const say = (words) => (button.textContent = words);
  button.hidden = !navigator.clipboard;
  button.setAttribute('aria-live', 'polite');
  button.addEventListener('click', () => {
    void navigator.clipboard
      .writeText(button.dataset.copies)
      .then(() => say(button.dataset.copied))
      .then(() => setTimeout(say, 2000, name));
  });
}

// Counts down how long a button must wait. Without this script it can be pressed, and the page says how long it takes.
for (const button of document.querySelectorAll('button[data-wait]')) {
  const hint = button.parentElement.querySelector('[data-waits]');
  const over = Date.now() + Number(button.dataset.wait) * 1000;
  button.disabled = true;
  const clock = setInterval(() => {
    const left = Math.ceil((over - Date.now()) / 1000);
    if (left > 0) {
      hint.firstElementChild.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
      return;
    }
    clearInterval(clock);
    button.disabled = false;
    // Its place is kept, so that nothing moves under a finger.
    hint.style.visibility = 'hidden';
  }, 250);
}

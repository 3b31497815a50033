// Counts down how long a button must wait. Without this script it can be pressed, and the page says how long it takes.
for (const button of document.querySelectorAll('button[data-wait]')) {
  const label = button.textContent;
  const over = Date.now() + Number(button.dataset.wait) * 1000;
  for (const hint of button.parentElement.querySelectorAll('[data-waits]')) hint.hidden = true;
  button.disabled = true;
  const tick = () => {
    const left = Math.ceil((over - Date.now()) / 1000);
    if (left <= 0) {
      clearInterval(clock);
      button.disabled = false;
      button.textContent = label;
      return;
    }
    button.textContent = `${label} (${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')})`;
  };
  const clock = setInterval(tick, 250);
  tick();
}

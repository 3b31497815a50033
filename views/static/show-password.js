// Lets people read the password they type. Without this script the button stays hidden and nothing is missing.
for (const button of document.querySelectorAll('button[data-reveals]')) {
  const field = document.getElementById(button.dataset.reveals);
  button.hidden = false;
  const conceal = () => {
    field.type = 'password';
    button.textContent = button.dataset.show;
    button.setAttribute('aria-pressed', 'false');
  };
  button.addEventListener('click', () => {
    if (field.type === 'text') return conceal();
    field.type = 'text';
    button.textContent = button.dataset.hide;
    button.setAttribute('aria-pressed', 'true');
    return field.focus();
  });
  // A password is never sent, or kept by the browser, as an ordinary text.
  field.form.addEventListener('submit', conceal);
}

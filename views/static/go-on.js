// Takes the browser on. Without this script the button does.
document.getElementById('posting').requestSubmit();

// Asks every few seconds whether the link of the mail was used, and moves the page on. Without this script a link does.
const EVERY_MS = 3000;

/** A page that the interaction has left answers with a way to somewhere else, and that is worth going to. */
async function hasMoved(address) {
  try {
    const answer = await fetch(address, { redirect: 'manual' });
    if (answer.status >= 400) return answer.status === 404;
    return !answer.ok || (await answer.json()).state !== 'waiting';
  } catch {
    // The network is away: it is asked again.
    return false;
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function moveOn(address) {
  do await pause(EVERY_MS);
  while (!(await hasMoved(address)));
  location.replace(location.pathname);
}

for (const waiting of document.querySelectorAll('[data-state]')) {
  void moveOn(waiting.dataset.state);
}

// Tells how good a new password is while one types it, by the server's own rules but for the list of common ones
// (src/passwords/policy.ts, held-word.ts). Nothing leaves the page. Without this script nothing is missing.
const WEAK = 9;
const FAIR = 12;
const GOOD = 15;

/** What the server would refuse, or else how long it really is: repeats and runs such as "1234" count for little. */
export function strengthOf(password, whose, service) {
  const characters = [...password.normalize('NFC')];
  if (characters.length < 8) return 'too-short';
  if (characters.length > 128) return 'too-long';
  const flaw = heldWord(password, whose, service);
  if (flaw) return flaw;
  const counted = characters.filter((one, at) => isNews(one, characters.slice(0, at))).length;
  const spread = Math.min(counted, 2 * new Set(characters).size);
  if (spread < WEAK) return 'weak';
  if (spread < FAIR) return 'fair';
  return spread < GOOD ? 'good' : 'strong';
}

const step = (a, b) => b?.codePointAt(0) - a?.codePointAt(0);

function isNews(character, before) {
  const last = step(before.at(-1), character);
  if (last === 0) return false;
  return !(Math.abs(last) === 1 && last === step(before.at(-2), before.at(-1)));
}

function heldWord(password, { email = '', username, givenName, familyName }, service) {
  const [local = '', host = ''] = email.split('@');
  if (holds(password, [local, local.split('+')[0]], 4)) return 'holds-address';
  if (holds(password, host.split('.').slice(0, -1), 5)) return 'holds-address';
  if (holds(password, [username, givenName, familyName], 4)) return 'holds-name';
  return holds(password, service, 4) ? 'holds-service' : undefined;
}

function holds(password, words, shortest) {
  const whole = folded(password);
  const letters = lettersOf(whole);
  return words.some((given) => {
    const word = folded(given ?? '');
    const dense = lettersOf(word);
    if (dense.length >= 6 && letters.includes(dense)) return true;
    return word.length >= shortest && whole.includes(word);
  });
}

const folded = (text) => text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
const lettersOf = (text) => text.replaceAll(/[^\p{L}\p{N}]/gu, '');

/** How many bars it fills; whatever the server would refuse fills one. */
const BARS = { fair: 2, good: 3, strong: 4 };

for (const meter of globalThis.document?.querySelectorAll('[data-strength-of]') ?? []) {
  const field = document.getElementById(meter.dataset.strengthOf);
  const texts = JSON.parse(meter.dataset.texts);
  const service = JSON.parse(meter.dataset.service);
  const known = JSON.parse(meter.dataset.whose);
  const words = meter.querySelector('output');
  const typed = (name) => field.form.elements.namedItem(name)?.value;
  field.addEventListener('input', () => {
    const whose = {
      email: typed('email'),
      username: typed('username') ?? known.username,
      givenName: typed('given_name') ?? known.givenName,
      familyName: typed('family_name') ?? known.familyName,
    };
    const found = strengthOf(field.value, whose, service);
    meter.dataset.level = field.value ? (BARS[found] ?? 1) : 0;
    const text = field.value ? texts[found] : '';
    if (words.textContent !== text) words.textContent = text;
  });
}

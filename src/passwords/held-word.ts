/** Whom a password is for, as far as it is known when they choose it. */
export interface Whose {
  email?: string | undefined;
  username?: string | undefined;
  givenName?: string | undefined;
  familyName?: string | undefined;
}

/** Shorter ones stand inside too many other words. */
const SHORTEST_WORD = 4;
/** Hosts have labels such as "mail", which say nothing of anybody. */
const SHORTEST_LABEL = 5;
/** From here on a word is found also where signs were put between its letters. */
const SHORTEST_SCATTERED = 6;

/**
 * What everybody who knows the person or the service would try: their address, a part of it, their names, its name. In
 * any letter case, with or without accents. The page says the same while one types (views/static/password-strength.js).
 */
export function heldWord(
  password: string,
  { email = '', username, givenName, familyName }: Whose,
  service: readonly string[],
): 'holds-address' | 'holds-name' | 'holds-service' | undefined {
  const [local = '', host = ''] = email.split('@');
  const [mailbox] = local.split('+');
  if (holds(password, [local, mailbox], SHORTEST_WORD)) return 'holds-address';
  if (holds(password, labelsOf(host), SHORTEST_LABEL)) return 'holds-address';
  if (holds(password, [username, givenName, familyName], SHORTEST_WORD)) return 'holds-name';
  return holds(password, service, SHORTEST_WORD) ? 'holds-service' : undefined;
}

/** The names in a host's name, without the last, which is everybody's. */
export function labelsOf(host: string): string[] {
  return host.split('.').slice(0, -1);
}

function holds(password: string, words: readonly (string | undefined)[], shortest: number) {
  const whole = folded(password);
  const letters = lettersOf(whole);
  return words
    .map((word) => folded(word ?? ''))
    .some((word) => {
      const dense = lettersOf(word);
      if (dense.length >= SHORTEST_SCATTERED && letters.includes(dense)) return true;
      return word.length >= shortest && whole.includes(word);
    });
}

function folded(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}

function lettersOf(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}]/gu, '');
}

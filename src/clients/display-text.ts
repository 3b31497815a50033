/**
 * What may be wrong with a text that strangers read on our pages: characters that cannot be seen or that turn the
 * line around make one name look like another. Escaping is the page's duty, not this one's.
 */
export function displayTextFault(text: string, longest = 100): string | undefined {
  if (text.trim() === '') return 'must not be empty';
  if (text !== text.trim()) return 'must not begin or end with a space';
  if (Array.from(text).length > longest) return `must not be longer than ${longest} characters`;
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(text)) {
    return 'must not hold control characters, invisible characters or marks that change the direction of writing';
  }
  if (text !== text.normalize('NFC')) return 'must be written in composed characters (Unicode NFC)';
  if (mixesScripts(text)) return 'must not mix Latin, Cyrillic or Greek letters within one word';
  return undefined;
}

/** Two names that a hurried reader takes for each other: case, width, accents, spaces and look-alike letters apart. */
export function looksLike(one: string, other: string): boolean {
  return skeleton(one) === skeleton(other);
}

function mixesScripts(text: string): boolean {
  return text
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .some((word) => SCRIPTS.filter((script) => script.test(word)).length > 1);
}

const SCRIPTS = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u];

function skeleton(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
    .replaceAll(/./gu, (letter) => LATIN[LOOK_ALIKE.indexOf(letter)] ?? letter);
}

/* Letters of one UTF-16 unit each: the n-th of the first line looks like the n-th of the second. */
const LOOK_ALIKE = 'авсеніјкморѕтухԁԛԝһӏαεηικνορτυχ015ıɡ';
const LATIN = 'abcehijkmopstyxdqwhlaenikvoptuxolsig';

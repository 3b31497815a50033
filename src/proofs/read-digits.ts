/**
 * Digits as people type or paste them: with spaces, hyphens or dots between, or in the digits of another script. Text
 * that holds anything else, or another count of digits, is no code at all.
 */
export function readDigits(typed: string, count: number): string | undefined {
  const plain = typed.replaceAll(/[\s\p{Pd}\p{Cf}._·]/gu, '');
  const digits = Array.from(plain, asciiDigit);
  if (digits.length !== count) return undefined;
  return digits.includes(undefined) ? undefined : digits.join('');
}

/** The decimal digits of a script stand in a row, from its zero on; some rows follow each other without a gap. */
function asciiDigit(character: string): string | undefined {
  if (!isDigit(character)) return undefined;
  const point = character.codePointAt(0) ?? 0;
  let zero = point;
  while (isDigit(String.fromCodePoint(zero - 1))) zero -= 1;
  return String((point - zero) % 10);
}

function isDigit(character: string): boolean {
  return /^\p{Nd}$/u.test(character);
}

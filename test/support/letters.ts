import { setTimeout as pause } from 'node:timers/promises';
import type { LetterboxMail } from '../../src/mail/letterbox.ts';
import { numberOf } from '../../src/proofs/secrets.ts';
import type { TestHouse } from './house.ts';

/** The newest mail to that address, as soon as there are so many. */
export async function letterTo(
  { house }: TestHouse,
  to: string,
  count = 1,
): Promise<LetterboxMail> {
  for (let turn = 0; turn < 600; turn += 1) {
    const letters = await house.letterbox.list({ to });
    if (letters[0] && letters.length >= count) return letters[0];
    await pause(25);
  }
  throw new Error(`${to} has fewer than ${count} letters`);
}

/** The code in it, which its subject says too. */
export function codeIn({ subject, text }: LetterboxMail): string {
  const code = /\b\d{6}\b/.exec(subject)?.[0];
  if (!code || !text.replaceAll(/\s/g, '').includes(code)) {
    throw new Error(`no code in ${subject}\n${text}`);
  }
  return code;
}

/** Where its link leads. */
export function linkIn({ text }: LetterboxMail): string {
  const link = /https?:\S+\/(?:email-verification|password-reset)\/\S+\.[\w-]{43}/.exec(text)?.[0];
  if (!link) throw new Error(`no link in ${text}`);
  return link;
}

/** A number that no key of the house takes for the one the first tab shows. It has two: one guess in ninety would be right. */
export function wrongNumber({ house }: TestHouse, link: string): string {
  const [, id = ''] = /\/email-verification\/([^.]+)\./.exec(link) ?? [];
  const proof = { purpose: 'sign-up', id, nonce: '' } as const;
  const right = house.keys.codeKeys.map((key) => numberOf(key, proof));
  return ['10', '11', '12'].find((number) => !right.includes(number)) ?? '';
}

import type { Account } from './account.ts';

/** How somebody is shown to themselves. */
export interface ShownPerson {
  /** The whole name, if there is one. */
  name?: string;
  /** What they sign in with. */
  identifier: string;
  initial: string;
}

export function shownPerson(account: Account): ShownPerson {
  const name = [account.givenName, account.familyName].filter(Boolean).join(' ');
  return {
    ...(name && { name }),
    identifier: account.email,
    initial: firstLetter(name || account.email),
  };
}

/** One letter as people count them, with its marks. */
function firstLetter(text: string): string {
  const [first] = new Intl.Segmenter('und', { granularity: 'grapheme' }).segment(text.trim());
  return first?.segment.toLocaleUpperCase('und') ?? '?';
}

import { FALLBACK, type Language, languageOfTag } from './languages.ts';

/** Everything that says which language somebody would like to read. */
export interface Wishes {
  /** What was chosen on a page of ours, and when. */
  chosen?: { language: Language; at: Date };
  /** What the application asks for: tags separated by spaces, the most liked first. */
  uiLocales?: string;
  /** What stands in the account. */
  account?: string;
  acceptLanguage?: string;
  now: Date;
}

/** A choice this fresh is about the page before our eyes: it outranks even the application's wish. */
const FRESH_MS = 60 * 60 * 1000;

export function negotiate({ chosen, now, ...wishes }: Wishes): Language {
  if (chosen && now.getTime() - chosen.at.getTime() < FRESH_MS) return chosen.language;
  const told = firstSpoken(wishes.uiLocales?.split(' ')) ?? languageOfTag(wishes.account ?? '');
  return told ?? chosen?.language ?? firstSpoken(byWeight(wishes.acceptLanguage)) ?? FALLBACK;
}

function firstSpoken(tags: string[] = []): Language | undefined {
  for (const tag of tags) {
    const language = languageOfTag(tag);
    if (language) return language;
  }
  return undefined;
}

/** RFC 9110, 12.5.4: `fr-CA, fr;q=0.8, *;q=0.1`. Bounded, since anybody may send it. */
function byWeight(header = ''): string[] {
  return header
    .slice(0, 500)
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.split(';');
      const weight = parameters.map((text) => /^\s*q=([\d.]+)\s*$/.exec(text)?.[1]).find(Boolean);
      return { tag, weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag);
}

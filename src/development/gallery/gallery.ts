import type { Language } from '../../i18n/languages.ts';
import type { Translate } from '../../i18n/translate.ts';
import { arriving } from './arriving.ts';
import { consent } from './consent.ts';
import { developing } from './developing.ts';
import { errors } from './errors.ts';
import { home } from './home.ts';
import { leaving } from './leaving.ts';
import { resetting } from './resetting.ts';
import { signingUp } from './signing-up.ts';

/** What a page is given to show one state: plain data, the same that its route would give. */
export type Locals = Record<string, unknown>;

/** For words that are put together before the page is made. */
export interface Reader {
  language: Language;
  t: Translate;
}

export type Sample = Locals | ((reader: Reader) => Locals);

/** By view, then by state. */
export type States = Record<string, Record<string, Sample>>;

/**
 * Every page in every state. A new view stands here with all that can be met on it: empty, one, many, too many, wrong,
 * waiting, done, away. A test holds this table against views/, and looks at each state in each language.
 */
export const GALLERY: States = {
  ...arriving,
  ...signingUp,
  ...resetting,
  ...consent,
  ...home,
  ...leaving,
  ...errors,
  ...developing,
};

export function sampleOf(view: string, state: string, reader: Reader): Locals | undefined {
  const states = Object.hasOwn(GALLERY, view) ? GALLERY[view] : undefined;
  const sample = states && Object.hasOwn(states, state) ? states[state] : undefined;
  return typeof sample === 'function' ? sample(reader) : sample;
}

/** All states in the order of the table. */
export const PLACES = Object.entries(GALLERY).flatMap(([view, states]) =>
  Object.keys(states).map((state) => ({ view, state, path: `/gallery/${view}/${state}` })),
);

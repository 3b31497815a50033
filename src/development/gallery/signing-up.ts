import { CODE_PAGES, ENDED_PAGES } from './codes.ts';
import type { Locals, Reader, States } from './gallery.ts';
import { ACTION, ATLAS, CAMILLE, LONG, PASSWORD_FLAWS, WOLFE, each, whoAsked } from './samples.ts';

const email = CAMILLE.identifier;
const ask = { action: ACTION, door: ATLAS, email: '', signIn: '#' };
const details = { action: ACTION, door: ATLAS, email, username: 'optional', whys: {} };
const typed = { given_name: 'Camille', family_name: 'Roux', username: 'camille' };
const flawed = (whys: Record<string, string>) => ({ ...details, typed, error: 'flawed', whys });
const type = (page: Locals) => ({
  action: ACTION,
  door: ATLAS,
  entrance: 'sign-up',
  change: '#',
  signIn: '#',
  page,
});
const elsewhere = (reader: Reader) => ({
  action: ACTION,
  email,
  purpose: 'sign-up',
  asked: Object.fromEntries(whoAsked(reader).map(({ name, value }) => [name, value])),
});

/** As an operator may ask for them: in whatever language their labels are. */
const OWN_FIELDS = [
  { name: 'company', type: 'text', required: true, label: 'Company', choices: [] },
  { name: 'since', type: 'date', required: false, label: 'Customer since', choices: [] },
  {
    name: 'team',
    type: 'choice',
    required: false,
    label: 'Team',
    choices: ['Red', 'Blue'].map((label) => ({ value: label.toLowerCase(), label })),
  },
  { name: 'terms', type: 'yes/no', required: true, label: 'I agree to the statutes', choices: [] },
];

/** Creating an account, and proving an address. */
export const signingUp: States = {
  'sign-up/sign-up': {
    empty: ask,
    'by-itself': { ...ask, door: undefined },
    'no-address': { ...ask, email: 'camille', error: 'no-address' },
    'wait-seconds': { ...ask, email, error: 'wait-seconds', count: 31 },
    'wait-minutes': { ...ask, email, error: 'wait-minutes', count: 2 },
    'wait-hours': { ...ask, email, error: 'wait-hours', count: 5 },
    long: { ...ask, door: LONG, email: WOLFE.identifier },
  },
  'email-verification/email-verification': each(CODE_PAGES, type),
  'email-verification/ended': each(ENDED_PAGES, type),
  'email-verification/link': { here: { action: ACTION, door: ATLAS, email } },
  'email-verification/link-elsewhere': {
    'sign-up': elsewhere,
    verify: (reader) => ({ ...elsewhere(reader), purpose: 'verify' }),
    incomplete: (reader) => ({ ...elsewhere(reader), error: 'incomplete' }),
    'little-known': ({ language, t }) => ({
      ...elsewhere({ language, t }),
      asked: { at: elsewhere({ language, t }).asked['at'] },
    }),
  },
  'email-verification/link-ended': {
    ...each(ENDED_PAGES, ({ standing }) => ({ standing, email })),
    unknown: { standing: 'unknown' },
    elsewhere: { standing: 'elsewhere', email },
    proved: { standing: 'proved', email, goOn: '#' },
  },
  'sign-up/details': {
    empty: details,
    'without-user-name': { ...details, username: 'off' },
    'user-name-required': { ...details, username: 'required' },
    'own-fields': { ...details, fields: OWN_FIELDS },
    'own-fields-flawed': {
      ...flawed({ company: 'missing', team: 'not-valid', since: 'not-valid', terms: 'missing' }),
      fields: OWN_FIELDS,
    },
    missing: { ...flawed({ username: 'missing' }), username: 'required', typed: undefined },
    ...each(
      Object.fromEntries(
        ['taken', 'too-short', 'wrong-characters', 'mixed-scripts'].map((flaw) => [
          `user-name-${flaw}`,
          flaw,
        ]),
      ),
      (flaw) => flawed({ username: flaw }),
    ),
    ...each(PASSWORD_FLAWS, (flaw) => flawed({ new_password: flaw })),
    'many-flaws': flawed({
      given_name: 'too-long',
      family_name: 'not-valid',
      username: 'taken',
      new_password: 'common',
    }),
    agreement: {
      ...details,
      links: { terms: 'https://atlas.example/terms', privacy: '/privacy', help: '/help' },
    },
    busy: { ...details, typed, error: 'busy' },
    long: { ...details, door: LONG, email: WOLFE.identifier },
  },
  'sign-up/known': { known: { action: ACTION, door: ATLAS, email } },
};

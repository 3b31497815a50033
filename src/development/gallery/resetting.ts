import { CODE_PAGES, ENDED_PAGES } from './codes.ts';
import type { Locals, States } from './gallery.ts';
import { ACTION, ATLAS, CAMILLE, LONG, PASSWORD_FLAWS, WOLFE, each, whoAsked } from './samples.ts';

const email = CAMILLE.identifier;
const ask = { action: ACTION, door: ATLAS, email: '', signIn: '#' };
const choose = { action: ACTION, door: ATLAS, email };
const type = (page: Locals) => ({ action: ACTION, door: ATLAS, again: '#', signIn: '#', page });

/** Setting a new password. */
export const resetting: States = {
  'password-reset/password-reset': {
    empty: ask,
    'by-itself': { ...ask, door: undefined },
    'no-address': { ...ask, email: 'camille', error: 'no-address' },
    busy: { ...ask, email, error: 'busy' },
    'wait-seconds': { ...ask, email, error: 'wait-seconds', count: 1 },
    'wait-minutes': { ...ask, email, error: 'wait-minutes', count: 42 },
    'wait-hours': { ...ask, email, error: 'wait-hours', count: 23 },
    long: { ...ask, door: LONG, email: WOLFE.identifier },
  },
  'password-reset/code': each(CODE_PAGES, type),
  'password-reset/ended': each(ENDED_PAGES, type),
  'password-reset/new-password': {
    empty: choose,
    ...each(PASSWORD_FLAWS, (flaw) => ({ ...choose, flaw })),
    busy: { ...choose, busy: true },
    long: { ...choose, door: LONG, email: WOLFE.identifier },
  },
  'password-reset/link': {
    here: { action: ACTION, door: ATLAS, email },
    'here-by-itself': { action: ACTION, email },
    elsewhere: (reader) => ({ action: ACTION, email, asked: whoAsked(reader) }),
  },
  'password-reset/link-ended': {
    over: { why: 'over' },
    stopped: { why: 'stopped' },
    typed: { why: 'typed', action: ACTION },
  },
  'password-expiry/password-expiry': {
    empty: choose,
    unchanged: { ...choose, flaw: 'unchanged' },
    common: { ...choose, flaw: 'common' },
    busy: { ...choose, busy: true },
    long: { ...choose, door: LONG, email: WOLFE.identifier },
  },
};

import type { States } from './gallery.ts';
import { ACTION, ATLAS, CAMILLE, LONG, NAMELESS, PROGRAM, WOLFE } from './samples.ts';

const signIn = { action: ACTION, identifier: '', remember: false };
const typed = { ...signIn, door: ATLAS, identifier: 'camille@example.com' };

const outgrown = { action: ACTION, email: CAMILLE.identifier, whose: {} };

/** Coming in. */
export const arriving: States = {
  'sign-in/sign-in': {
    empty: { ...signIn, door: ATLAS },
    'by-itself': signIn,
    hinted: typed,
    refused: { ...typed, remember: true, error: 'refused' },
    incomplete: { ...signIn, door: ATLAS, error: 'incomplete' },
    busy: { ...typed, error: 'busy' },
    'wait-seconds': { ...typed, error: 'wait-seconds', count: 31 },
    'wait-minutes': { ...typed, error: 'wait-minutes', count: 1 },
    'wait-hours': { ...typed, error: 'wait-hours', count: 24 },
    again: { ...signIn, door: ATLAS, person: CAMILLE },
    'again-refused': { ...signIn, door: ATLAS, person: NAMELESS, error: 'refused' },
    long: { ...signIn, door: LONG, person: WOLFE },
    popup: { ...typed, display: 'popup' },
    touch: { ...typed, display: 'touch' },
    'for-a-program': { ...signIn, door: PROGRAM },
  },
  'password-expiry/password-expiry': {
    asked: { ...outgrown, door: ATLAS },
    'by-itself': outgrown,
    unchanged: { ...outgrown, door: ATLAS, flaw: 'unchanged' },
    common: { ...outgrown, door: ATLAS, flaw: 'common' },
    busy: { ...outgrown, door: ATLAS, busy: true },
    long: { ...outgrown, door: LONG, email: WOLFE.identifier },
  },
  'continue-as/continue-as': {
    asked: { action: ACTION, door: PROGRAM, person: CAMILLE },
    nameless: { action: ACTION, door: PROGRAM, person: NAMELESS },
    long: { action: ACTION, door: LONG, person: WOLFE },
  },
  'posting/posting': {
    // One that posts itself could not be looked at.
    still: { action: ACTION, fields: [{ name: 'code', value: 'sample' }], still: true },
  },
};

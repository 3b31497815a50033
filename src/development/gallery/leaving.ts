import type { States } from './gallery.ts';
import { ACTION, ATLAS, CAMILLE, LONG, WOLFE } from './samples.ts';

const asked = { action: ACTION, xsrf: 'sample', person: CAMILLE, stay: '/' };

/** Going out. */
export const leaving: States = {
  'sign-out/sign-out': {
    'by-itself': asked,
    'asked-by': { ...asked, application: ATLAS.name },
    long: { ...asked, application: LONG.name, person: WOLFE },
    'nobody-known': { ...asked, person: undefined, application: ATLAS.name },
  },
  'sign-out/done': { done: {} },
};

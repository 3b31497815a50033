import type { States } from './gallery.ts';
import { CAMILLE, NAMELESS, WOLFE } from './samples.ts';

const steps = (done: number) =>
  [
    { name: 'person', command: 'npx gatehouse user create \\\n  you@example.com --verified' },
    { name: 'client', command: 'npx gatehouse client create \\\n  --name "My application"' },
    { name: 'sign-in' },
    { name: 'verify' },
  ].map((step, at) => ({ ...step, done: at < done }));

/** Where people end who were sent by nobody. */
export const home: States = {
  'home/home': {
    'signed-out': {},
    'signed-in': { person: CAMILLE, givenName: 'Camille' },
    nameless: { person: NAMELESS },
    long: { person: WOLFE, givenName: WOLFE.name },
    'first-steps': { steps: steps(0) },
    'first-steps-begun': { person: CAMILLE, givenName: 'Camille', steps: steps(2) },
    'first-steps-done': { person: CAMILLE, givenName: 'Camille', steps: steps(4) },
  },
};

import { signOutEverywhere } from '../sessions/sign-out-everywhere.ts';
import type { Command } from './command.ts';
import { PERSON, gone, personMeant } from './person.ts';

export const signOutUser: Command = {
  name: 'user sign-out',
  summary: 'End every session and token of a person, on every device',
  takes: PERSON,
  async run({ positionals: [who], house, data }) {
    const deps = await house();
    const { id, email } = await personMeant(deps.accounts, who);
    const outcome = await signOutEverywhere(deps, id, { actor: 'cli' });
    if (outcome === 'unknown') throw gone();
    data({ id, email, outcome }, `${email} is signed out everywhere.`);
  },
};

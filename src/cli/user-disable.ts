import { disableAccount, enableAccount } from '../accounts/disable-account.ts';
import type { Command } from './command.ts';
import { PERSON, gone, personMeant } from './person.ts';

export const disableUser: Command = {
  name: 'user disable',
  summary: 'Let a person no longer sign in, and end all their sessions and tokens',
  takes: PERSON,
  async run({ positionals: [who], house, data }) {
    const deps = await house();
    const { id, email } = await personMeant(deps.accounts, who);
    const outcome = await disableAccount(deps, id, { actor: 'cli' });
    if (outcome === 'unknown') throw gone();
    const text = outcome === 'disabled' ? 'is disabled' : 'was disabled already';
    data({ id, email, outcome }, `${email} ${text}.`);
  },
};

export const enableUser: Command = {
  name: 'user enable',
  summary: 'Let a disabled person sign in again',
  takes: PERSON,
  async run({ positionals: [who], house, data }) {
    const deps = await house();
    const { id, email } = await personMeant(deps.accounts, who);
    const outcome = await enableAccount(deps, id, { actor: 'cli' });
    if (outcome === 'unknown') throw gone();
    const text = outcome === 'enabled' ? 'may sign in again' : 'was not disabled';
    data({ id, email, outcome }, `${email} ${text}.`);
  },
};

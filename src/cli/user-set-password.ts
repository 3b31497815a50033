import { setPassword } from '../accounts/set-password.ts';
import { type Command, CommandFailed } from './command.ts';
import { PASSWORD_FLAWS } from './flaw-sentences.ts';
import { PERSON, personMeant } from './person.ts';

export const setUserPassword: Command = {
  name: 'user set-password',
  summary: 'Give a person another password, which is asked for, and sign them out everywhere',
  takes: PERSON,
  async run({ positionals: [who], house, askSecret, data }) {
    const deps = await house();
    const account = await personMeant(deps.accounts, who);
    const password = await askSecret(`New password for ${account.email}`);
    const outcome = await setPassword(deps, { account, password, by: 'cli' }, { actor: 'cli' });
    if (outcome === 'changed-meanwhile') {
      throw new CommandFailed('Somebody else changed it at the same moment; look, and try again.');
    }
    if (outcome !== 'changed') throw new CommandFailed(PASSWORD_FLAWS[outcome]);
    const { id, email } = account;
    data({ id, email, outcome }, `${email} has a new password and is signed out everywhere.`);
  },
};

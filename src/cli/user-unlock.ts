import { unlockAccount } from '../accounts/unlock-account.ts';
import type { Command } from './command.ts';
import { PERSON, gone, personMeant } from './person.ts';

export const unlockUser: Command = {
  name: 'user unlock',
  summary: 'Let a person try again at once after too many wrong tries',
  takes: PERSON,
  async run({ positionals: [who], house, data }) {
    const deps = await house();
    const { id, email } = await personMeant(deps.accounts, who);
    const outcome = await unlockAccount(deps, id, { actor: 'cli' });
    if (outcome === 'unknown') throw gone();
    data(
      { id, email, outcome },
      `${email} may try again at once. What their network used up comes back by itself.`,
    );
  },
};

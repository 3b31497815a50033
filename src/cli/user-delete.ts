import { deleteAccount } from '../accounts/delete-account.ts';
import type { Command } from './command.ts';
import { PERSON, gone, personMeant } from './person.ts';

export const deleteUser: Command = {
  name: 'user delete',
  summary: 'Delete a person with all that hangs on them; this cannot be undone',
  takes: PERSON,
  async run({ positionals: [who], house, data }) {
    const deps = await house();
    const { id, email } = await personMeant(deps.accounts, who);
    if ((await deleteAccount(deps, id, { actor: 'cli' })) === 'unknown') throw gone();
    data({ id, email, outcome: 'deleted' }, `${email} (${id}) is deleted.`);
  },
};

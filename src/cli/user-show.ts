import type { OwnFields } from '../accounts/account.ts';
import { listSessions } from '../sessions/list-sessions.ts';
import { inColumns } from './columns.ts';
import type { Command } from './command.ts';
import { PERSON, personMeant, shown } from './person.ts';

export const showUser: Command = {
  name: 'user show',
  summary: 'Show what is known of a person, and where they are signed in',
  takes: PERSON,
  async run({ positionals: [who], house, data }) {
    const deps = await house();
    const person = shown(await personMeant(deps.accounts, who));
    const sessions = await listSessions(deps, person.id);
    const lines = Object.entries(person).map(([name, value]) => [name, inWords(value)]);
    const devices = sessions.map(({ lastUsedAt, ip = '', userAgent = '' }) => [
      'signed in',
      `last used ${lastUsedAt.toISOString()}  ${ip}  ${userAgent}`,
    ]);
    data({ ...person, sessions }, inColumns([...lines, ...devices]).join('\n'));
  },
};

function inWords(value: string | number | boolean | Date | OwnFields | undefined): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'object' && !(value instanceof Date)) return JSON.stringify(value);
  return value instanceof Date ? value.toISOString() : String(value ?? '');
}

import type { Command } from './command.ts';
import { PERSON, personMeant, shown } from './person.ts';
import { inColumns } from './columns.ts';

export const showUser: Command = {
  name: 'user show',
  summary: 'Show what is known of a person',
  takes: PERSON,
  async run({ positionals: [who], house, data }) {
    const { accounts } = await house();
    const person = shown(await personMeant(accounts, who));
    const rows = Object.entries(person).map(([name, value]) => [name, inWords(value)]);
    data(person, inColumns(rows).join('\n'));
  },
};

function inWords(value: string | number | boolean | Date | undefined): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return value instanceof Date ? value.toISOString() : String(value ?? '');
}

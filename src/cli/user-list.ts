import type { Account } from '../accounts/account.ts';
import { inColumns } from './columns.ts';
import type { Command } from './command.ts';
import { wholeNumber, text } from './option-values.ts';
import { shown } from './person.ts';

export const listUsers: Command = {
  name: 'user list',
  summary: 'List people, oldest first',
  options: {
    search: { type: 'string', describe: 'Only whose address, user name or name holds this text' },
    limit: { type: 'string', describe: 'How many at most; 100 if not said', hint: 'number' },
    after: { type: 'string', describe: 'Go on after this person', hint: 'id' },
  },
  async run({ values, house, data }) {
    const limit = wholeNumber(values, 'limit', { min: 1, max: 10_000 }) ?? 100;
    const { accounts } = await house();
    const people = await accounts.list({
      limit,
      ...text(values, 'after'),
      ...text(values, 'search'),
    });
    const last = people.length === limit ? people.at(-1) : undefined;
    data(people.map(shown), [...table(people), ...more(last)].join('\n'));
  },
};

function table(people: Account[]): string[] {
  if (people.length === 0) return ['Nobody.'];
  return inColumns(
    people.map((person) => [
      person.email,
      person.username ?? '',
      [person.admin && 'admin', person.disabledAt && 'disabled'].filter(Boolean).join(', '),
      person.id,
    ]),
  );
}

function more(last: Account | undefined): string[] {
  return last ? [`There may be more: --after ${last.id}`] : [];
}

import type { AccountStore } from '../accounts/store.ts';
import type { AuditEntry } from '../audit/store.ts';
import { type Command, type CommandCall, UsageError } from './command.ts';
import { text, wholeNumber } from './option-values.ts';
import { personMeant } from './person.ts';

export const listAudit: Command = {
  name: 'audit list',
  summary: 'List what happened, newest first',
  options: {
    event: { type: 'string', describe: 'Only events of this name', hint: 'name' },
    person: { type: 'string', describe: 'Only about this person', hint: 'e-mail|username|id' },
    client: { type: 'string', describe: 'Only about this client', hint: 'id' },
    request: { type: 'string', describe: 'The reference on an error page', hint: 'id' },
    since: { type: 'string', describe: '2026-11-20, 2026-11-20T13:00Z, or 30m, 12h, 7d ago' },
    before: { type: 'string', describe: 'Go on before this entry', hint: 'number' },
    limit: { type: 'string', describe: 'How many at most; 50 if not said', hint: 'number' },
  },
  async run({ values, house, data }) {
    const asked = filters(values);
    const { audit, accounts, now } = await house();
    const { person, since, ...query } = asked;
    const entries = await audit.list({
      ...query,
      ...(since !== undefined && { since: moment(since, now()) }),
      ...(person !== undefined && { accountId: await idOf(accounts, person) }),
    });
    data(entries, entries.map(line).join('\n') || 'Nothing.');
  },
};

function filters(values: CommandCall['values']) {
  const { event: name } = text(values, 'event');
  const { client: clientId } = text(values, 'client');
  const { request: requestId } = text(values, 'request');
  const before = wholeNumber(values, 'before', { min: 1, max: Number.MAX_SAFE_INTEGER });
  return {
    limit: wholeNumber(values, 'limit', { min: 1, max: 10_000 }) ?? 50,
    ...(name !== undefined && { name }),
    ...(clientId !== undefined && { clientId }),
    ...(requestId !== undefined && { requestId }),
    ...(before !== undefined && { before: BigInt(before) }),
    ...text(values, 'person'),
    ...text(values, 'since'),
  };
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** An id as it is: the trail also tells of people who were deleted. */
async function idOf(accounts: AccountStore, person: string): Promise<string> {
  return UUID.test(person) ? person : (await personMeant(accounts, person)).id;
}

const UNITS_MS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function moment(when: string, now: Date): Date {
  const [, amount, unit = ''] = /^(\d{1,5})([mhd])$/.exec(when) ?? [];
  const span = UNITS_MS[unit];
  if (span !== undefined) return new Date(now.getTime() - Number(amount) * span);
  const at = new Date(/^\d{4}-\d\d-\d\d/.test(when) ? when : Number.NaN);
  if (!Number.isNaN(at.getTime())) return at;
  throw new UsageError('--since is a date, a moment, or a span such as 30m, 12h or 7d.');
}

function line({ id, at, name, actor, details, ...about }: AuditEntry): string {
  const facts = Object.entries({ ...about, ...details }).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return [`${id}`.padStart(6), at.toISOString(), name, `by ${actor}`, ...facts].join('  ');
}

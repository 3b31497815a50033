import type { KeptMail, MailStore } from '../mail/store.ts';
import { retryMail } from '../mail/retry-mail.ts';
import { inColumns } from './columns.ts';
import { type Command, CommandFailed, UsageError } from './command.ts';
import { text, wholeNumber } from './option-values.ts';

const STATES: readonly KeptMail['state'][] = ['waiting', 'sent', 'failed', 'lapsed'];

export const listMails: Command = {
  name: 'mail list',
  summary: 'List the mails of the last month and what became of them, newest first',
  options: {
    state: { type: 'string', describe: 'Only those', hint: STATES.join('|') },
    to: { type: 'string', describe: 'Only to this address', hint: 'e-mail' },
    limit: { type: 'string', describe: 'How many at most; 50 if not said', hint: 'number' },
  },
  async run({ values, house, data }) {
    const asked = text(values, 'state').state;
    const state = STATES.find((one) => one === asked);
    if (asked !== undefined && !state) throw new UsageError(`--state is ${STATES.join(', ')}.`);
    const { to: address } = text(values, 'to');
    const { mails } = await house();
    const found = await mails.list({
      limit: wholeNumber(values, 'limit', { min: 1, max: 10_000 }) ?? 50,
      ...(state && { state }),
      ...(address !== undefined && { address }),
    });
    const rows = found.map((mail) => row(mail, new Date()));
    data(found, inColumns(rows).join('\n') || 'No mail.');
  },
};

export const showMail: Command = {
  name: 'mail show',
  summary: 'Show what became of a mail: how often it was tried, and what the last try met',
  takes: '<mail-id>',
  async run({ positionals: [id = ''], house, data }) {
    const mail = await (await house()).mails.find(id);
    if (!mail) throw new CommandFailed('There is no such mail.');
    const facts = Object.entries(mail).map(([name, value]) => [name, shown(value)]);
    data(mail, inColumns(facts).join('\n'));
  },
};

export const retryMails: Command = {
  name: 'mail retry',
  summary: 'Try a mail that has failed for another day, or all of them',
  takes: '[mail-id]',
  options: { failed: { type: 'boolean', describe: 'Every mail that has failed' } },
  async run({ positionals: [id], values, house, data }) {
    const all = values['failed'] === true;
    if (all === (id !== undefined)) throw new UsageError('Say which mail, or --failed.');
    const deps = await house();
    const ids = id === undefined ? await failed(deps.mails) : [id];
    const retried: string[] = [];
    for (const one of ids) {
      const outcome = await retryMail(deps, one, { actor: 'cli' });
      if (outcome === 'waiting') retried.push(one);
    }
    if (id !== undefined && retried.length === 0) {
      throw new CommandFailed('There is no such mail that has failed.');
    }
    data({ retried }, `Tried again: ${retried.length}.`);
  },
};

const MOST = 10_000;

async function failed(mails: Pick<MailStore, 'list'>): Promise<string[]> {
  return (await mails.list({ state: 'failed', limit: MOST })).map(({ id }) => id);
}

function row(mail: KeptMail, now: Date): string[] {
  const { id, createdAt, state, template, address } = mail;
  return [id, createdAt.toISOString(), state, template, address, standOf(mail, now)];
}

/** How a mail stands, in words. */
function standOf({ state, tries, dueAt, why }: KeptMail, now: Date): string {
  const tried = tries === 1 ? '1 try' : `${tries} tries`;
  const met = why === undefined ? '' : `: ${why}`;
  if (state === 'lapsed') return 'not needed any more';
  if (state !== 'waiting') return `${tried}${met}`;
  const inS = Math.ceil((dueAt.getTime() - now.getTime()) / 1000);
  const next =
    inS <= 0 ? 'next at once' : `next in ${inS < 120 ? `${inS} s` : `${Math.round(inS / 60)} min`}`;
  return tries === 0 ? 'not tried yet' : `${tried}, ${next}${met}`;
}

function shown(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? value : JSON.stringify(value);
}

import { setPassword } from '../../src/accounts/set-password.ts';
import { databaseUrl } from '../support/database-url.ts';
import { type CommandAnswer, gatehouse } from '../support/command-line.ts';
import { type Furnished, furnished } from '../support/furnished.ts';
import { createAccount } from '../../src/accounts/create-account.ts';

let house: Furnished;
let ids: string[];
beforeAll(async () => {
  house = await furnished();
  for (const email of ['one@example.com', 'two@example.com']) {
    const made = await createAccount(house, { email, admin: false, by: 'cli' }, { actor: 'cli' });
    if (made.outcome !== 'created') throw new Error(made.outcome);
    const account = await house.accounts.find(made.id);
    if (!account) throw new Error('gone');
    await setPassword(house, { account, password: 'a new password', by: 'cli' }, { actor: 'cli' });
  }
  ids = (await house.mails.list({ limit: 9 })).map(({ id }) => id);
});
afterAll(() => house.close());

const run = (...words: string[]): Promise<CommandAnswer> =>
  gatehouse(words, { env: { DATABASE_URL: databaseUrl(house.database.config) } });

it('lists mails, newest first, by state and by address', async () => {
  const { out } = await run('mail', 'list');
  expect(out.trim().split('\n')).toHaveLength(2);
  expect(out).toMatch(/waiting +password-changed +two@example\.com[^]*one@example\.com/);
  expect((await run('mail', 'list', '--to', 'one@example.com')).out).not.toContain('two@');
  expect((await run('mail', 'list', '--state', 'failed')).out).toBe('No mail.\n');
  expect(await run('mail', 'list', '--state', 'lost')).toMatchObject({ code: 2 });
});

it('shows one mail', async () => {
  const { out } = await run('mail', 'show', ids[0] ?? '', '--json');
  expect(JSON.parse(out)).toMatchObject({ id: ids[0], address: 'two@example.com', tries: 0 });
  expect((await run('mail', 'show', ids[0] ?? '')).out).toMatch(/^state +waiting$/m);
  expect(await run('mail', 'show', 'nothing')).toMatchObject({ code: 1 });
});

it('tries again what has failed, one or all', async () => {
  const [first = '', second = ''] = ids;
  expect(await run('mail', 'retry', first)).toMatchObject({ code: 1 });
  for (const id of ids) await house.mails.settle(id, 'failed', 'no such mailbox');
  expect((await run('mail', 'list', '--state', 'failed')).out).toContain('no such mailbox');
  expect(await run('mail', 'retry', first)).toMatchObject({ code: 0, out: 'Tried again: 1.\n' });
  expect(await house.mails.find(first)).toMatchObject({ state: 'waiting' });
  expect(JSON.parse((await run('mail', 'retry', '--failed', '--json')).out)).toEqual({
    retried: [second],
  });
  expect(await run('mail', 'retry')).toMatchObject({ code: 2 });
  const events = await house.audit.list({ name: 'mail-retried', limit: 9 });
  expect(events.map(({ actor }) => actor)).toEqual(['cli', 'cli']);
});

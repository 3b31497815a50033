import { randomUUID } from 'node:crypto';
import { setPassword } from '../../src/accounts/set-password.ts';
import { databaseUrl } from '../support/database-url.ts';
import { type CommandAnswer, gatehouse } from '../support/command-line.ts';
import { type Furnished, furnished } from '../support/furnished.ts';
import { openMailServer, saying } from '../support/mail-server.ts';
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
  expect(out).toContain('not tried yet');
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

it('says how each stands', async () => {
  const { mails } = house;
  const names = ['a', 'b', 'c', 'd'].map((name) => `${name}@example.com`);
  const [a, b, c, d] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  const mail = { template: 'welcome', facts: {}, language: 'en' } as const;
  const posted = [a, b, c, d].map((id, at) => mails.add({ ...mail, id, address: names[at] ?? '' }));
  await Promise.all(posted);
  for (const id of [a, b, c]) await mails.claim(id, 90);
  await mails.postpone(a, 50, '451 greylisted');
  await mails.settle(b, 'sent');
  await mails.settle(c, 'failed', '550 no mailbox');
  await mails.settle(d, 'lapsed');
  const { out } = await run('mail', 'list', '--limit', '4');
  expect(out).toMatch(/waiting +welcome +a@example\.com +1 try, next in \d+ s: 451 greylisted\n/);
  expect(out).toMatch(/sent +welcome +b@example\.com +1 try\n/);
  expect(out).toMatch(/failed +welcome +c@example\.com +1 try: 550 no mailbox\n/);
  expect(out).toMatch(/lapsed +welcome +d@example\.com +not needed any more\n/);
  await house.db.$executeRawUnsafe(`DELETE FROM mails WHERE template = 'welcome'`);
});

const MAIL_FROM = 'Gatehouse <no-reply@example.com>';
const tryMail = (address: string, env = {}) => gatehouse(['mail', 'test', address], { env });

describe('a test mail', () => {
  it('goes each way that the settings name', async () => {
    const [first, second] = [await openMailServer(), await openMailServer()];
    const env = { SMTP_URL: first.url, SMTP_URL_FALLBACK: second.url, MAIL_FROM };
    const { code, out } = await tryMail('you@example.com', env);
    expect([code, out]).toEqual([
      0,
      `127.0.0.1:${first.port}: accepted.\n127.0.0.1:${second.port}: accepted.\n`,
    ]);
    for (const { taken } of [first, second]) {
      expect(taken.map(({ to }) => to)).toEqual([['you@example.com']]);
      expect(taken[0]?.headers).toContain('Subject: A test from Gatehouse');
    }
    await first.close();
    await second.close();
  });

  it('tells what a server says against it', async () => {
    const server = await openMailServer({ recipient: () => saying(550, 'no such mailbox') });
    const { code, err } = await tryMail('you@example.com', { SMTP_URL: server.url, MAIL_FROM });
    expect(code).toBe(1);
    expect(err).toContain('refused for ever: ');
    expect(err).toContain('no such mailbox');
    await server.close();
    const gone = await tryMail('you@example.com', { SMTP_URL: server.url, MAIL_FROM });
    expect(gone.err).toMatch(/not for now: .*ECONNREFUSED/);
  });

  it('lies in the letterbox where there is nothing else', async () => {
    const { out } = await run('mail', 'test', 'you@example.com', '--language', 'ru');
    expect(out).toBe('the letterbox: accepted.\n');
    const [mail] = await house.letterbox.list({ to: 'you@example.com' });
    expect(mail?.subject).toBe('Проверка почты Gatehouse');
  });

  it('goes to one address alone', async () => {
    expect(await run('mail', 'test', 'a@b.example, c@d.example')).toMatchObject({ code: 2 });
    expect(await run('mail', 'test')).toMatchObject({ code: 2 });
    const klingon = await run('mail', 'test', 'a@b.example', '--language', 'tlh');
    expect(klingon).toMatchObject({ code: 2 });
  });
});

it('tries again what has failed, one or all', async () => {
  const [first = '', second = ''] = ids;
  expect(await run('mail', 'retry', first)).toMatchObject({ code: 1 });
  for (const id of ids) await house.mails.settle(id, 'failed', 'no such mailbox');
  expect((await run('mail', 'list', '--state', 'failed')).out).toContain(
    '0 tries: no such mailbox',
  );
  expect(await run('mail', 'retry', first)).toMatchObject({ code: 0, out: 'Tried again: 1.\n' });
  expect(await house.mails.find(first)).toMatchObject({ state: 'waiting' });
  expect(JSON.parse((await run('mail', 'retry', '--failed', '--json')).out)).toEqual({
    retried: [second],
  });
  expect(await run('mail', 'retry')).toMatchObject({ code: 2 });
  const events = await house.audit.list({ name: 'mail-retried', limit: 9 });
  expect(events.map(({ actor }) => actor)).toEqual(['cli', 'cli']);
});

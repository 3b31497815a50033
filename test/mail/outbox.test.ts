import { brandOf } from '../../src/brand/brand.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { setPassword } from '../../src/accounts/set-password.ts';
import { createAccount } from '../../src/accounts/create-account.ts';
import { deleteAccount } from '../../src/accounts/delete-account.ts';
import type { WriteProofLetter } from '../../src/mail/facts.ts';
import { nextTryInS } from '../../src/jobs/next-try.ts';
import { postMail } from '../../src/mail/post-mail.ts';
import { retryMail } from '../../src/mail/retry-mail.ts';
import { sendMail } from '../../src/mail/send-mail.ts';
import type { Mailer } from '../../src/mail/mailer.ts';
import { smtpMailer } from '../../src/mail/smtp.ts';
import type { KeptMail } from '../../src/mail/store.ts';
import { letterWriter } from '../../src/mail/templates.ts';
import { type Furnished, furnished } from '../support/furnished.ts';
import { type MailServer, type Manner, openMailServer, saying } from '../support/mail-server.ts';

const CLI = { actor: 'cli' } as const;
const ADDRESS = 'you@example.com';
const DAY_S = 24 * 3600;

let server: MailServer;
let house: Furnished;
let manner: Manner;
let mailer: Mailer;
beforeAll(async () => {
  server = await openMailServer({
    recipient: (address) => manner.recipient?.(address),
    mail: (mail) => manner.mail?.(mail),
  });
  const { host, port } = server;
  house = await furnished();
  const place = { host, port, tls: false };
  const from = { address: 'no-reply@example.com' };
  mailer = smtpMailer({ server: place, from, inClear: true });
  await house.jobOverview();
});
beforeEach(() => {
  manner = {};
});
afterEach(async () => {
  await house.db.$executeRawUnsafe('DELETE FROM accounts');
  await house.db.$executeRawUnsafe('DELETE FROM mails');
  await house.db.$executeRawUnsafe('DELETE FROM pgboss.job');
  server.forget();
});
afterAll(async () => {
  await server.close();
  await mailer.close();
  await house.close();
});

async function person() {
  const wish = { email: ADDRESS, admin: false, by: 'cli' as const };
  const made = await createAccount(house, wish, CLI);
  if (made.outcome !== 'created') throw new Error(made.outcome);
  const account = await house.accounts.find(made.id);
  if (!account) throw new Error('gone');
  return account;
}

/** A change that is told by a mail. */
async function changed(): Promise<string> {
  const account = await person();
  await setPassword(house, { account, password: 'another password', by: 'cli' }, CLI);
  return (await only()).id;
}

async function only(): Promise<KeptMail> {
  const mails = await house.mails.list({ limit: 10 });
  expect(mails).toHaveLength(1);
  const [mail] = mails;
  if (!mail) throw new Error('no mail');
  return mail;
}

const writeLetter = letterWriter({
  brand: brandOf(readSettings({})),
  issuer: 'https://id.example.com',
});
const send = (mailId: string, writeProofLetter: WriteProofLetter = async () => undefined) =>
  sendMail({ ...house, mailer, writeLetter, writeProofLetter }, mailId);
const jobs = async () => (await house.jobOverview()).find(({ name }) => name === 'send-mail');
/** As if that much time had passed. */
const letPass = (seconds: number) =>
  house.db.$executeRawUnsafe(
    `UPDATE mails SET since = since - interval '${seconds} seconds', due_at = due_at - interval '${seconds} seconds'`,
  );

it('one change makes one mail and one job, and what is kept holds neither words nor secrets', async () => {
  await changed();
  const mail = await only();
  expect(mail).toMatchObject({
    template: 'password-changed',
    language: 'en',
    address: ADDRESS,
    facts: { by: 'cli' },
    state: 'waiting',
    tries: 0,
  });
  expect(await jobs()).toMatchObject({ waiting: 1 });
});

it('a change that is undone makes none', async () => {
  const account = await person();
  const undone = house.atomically(async (ports) => {
    const atomically = <T>(work: (inside: typeof ports) => Promise<T>) => work(ports);
    const change = { account, password: 'another password', by: 'cli' as const };
    expect(await setPassword({ ...house, atomically }, change, CLI)).toBe('changed');
    throw new Error('undone');
  });
  await expect(undone).rejects.toThrow('undone');
  expect(await house.mails.list({ limit: 10 })).toEqual([]);
  expect(await jobs()).toMatchObject({ waiting: 0 });
});

it('of many jobs for one mail exactly one sends it', async () => {
  const id = await changed();
  await Promise.all(Array.from({ length: 20 }, () => send(id)));
  await send(id);
  expect(server.taken.map(({ to }) => to)).toEqual([[ADDRESS]]);
  expect(await only()).toMatchObject({ state: 'sent', tries: 1 });
});

it('tries again later what could not be sent for now, with the same Message-ID', async () => {
  const id = await changed();
  manner.recipient = () => saying(451, 'greylisted');
  await send(id);
  expect(await only()).toMatchObject({
    state: 'waiting',
    tries: 1,
    why: expect.stringContaining('greylisted'),
  });
  expect(await jobs()).toMatchObject({ waiting: 2 });
  manner.recipient = () => undefined;
  await letPass(-60);
  await send(id);
  expect(server.taken).toEqual([]);
  await letPass(63);
  await send(id);
  expect(await only()).toMatchObject({ state: 'sent', tries: 2 });
  expect(server.taken[0]?.headers).toContain(`Message-ID: <${id}@example.com>`);
});

it('a mail that was taken and then lost on the wire comes again as the same mail', async () => {
  const id = await changed();
  manner.mail = () => 'drop';
  await send(id);
  expect(await only()).toMatchObject({ state: 'waiting' });
  manner.mail = () => undefined;
  await letPass(3);
  await send(id);
  expect(await only()).toMatchObject({ state: 'sent' });
});

it('gives up after a day, and tells it', async () => {
  const id = await changed();
  manner.recipient = () => saying(451, 'later');
  await letPass(24 * 3600);
  await send(id);
  expect(await only()).toMatchObject({ state: 'failed' });
  const [event] = await house.audit.list({ name: 'mail-failed', limit: 2 });
  expect(event?.details).toEqual({ mailId: id, template: 'password-changed' });
});

it('tries a recipient that is refused for ever once, until somebody asks for more', async () => {
  const id = await changed();
  manner.recipient = () => saying(550, `no mailbox for <${ADDRESS}>`);
  await send(id);
  await send(id);
  expect(server.offered()).toBe(1);
  const failed = await only();
  expect(failed).toMatchObject({ state: 'failed', tries: 1 });
  expect(failed.why).not.toContain(ADDRESS);

  manner.recipient = () => undefined;
  expect(await retryMail(house, id, CLI)).toBe('waiting');
  expect(await retryMail(house, id, CLI)).toBe('has-not-failed');
  await send(id);
  expect(await only()).toMatchObject({ state: 'sent', tries: 2 });
});

it('whoever died in the middle of a try holds the mail up for a while, not for ever', async () => {
  const id = await changed();
  expect(await house.mails.claim(id, 90)).toMatchObject({ tries: 1 });
  expect(await house.mails.claim(id, 90)).toBeUndefined();
  await house.db.$executeRawUnsafe('DELETE FROM pgboss.job');
  await house.chores['clean-up']({});
  expect(await jobs()).toMatchObject({ waiting: 0 });
  await letPass(400);
  await house.chores['clean-up']({});
  expect(await jobs()).toMatchObject({ waiting: 1 });
  await send(id);
  expect(server.taken).toHaveLength(1);
});

it('sends nothing to somebody who is gone', async () => {
  const id = await changed();
  const { accountId = '' } = await only();
  await deleteAccount(house, accountId, CLI);
  await send(id);
  expect(server.offered()).toBe(0);
});

it('refuses an address that is more than one, whoever stored it', async () => {
  const id = await changed();
  await house.db.mail.update({
    where: { id },
    data: { address: 'a@b.example\r\nBcc: x@evil.example' },
  });
  await send(id);
  expect(await only()).toMatchObject({ state: 'failed' });
  expect(server.offered()).toBe(0);
});

it('forgets what was sent after a month, and never what waits', async () => {
  const id = await changed();
  await letPass(40 * 86_400);
  await house.chores['clean-up']({});
  expect(await only()).toMatchObject({ state: 'waiting' });
  await send(id);
  await house.db.$executeRawUnsafe(`UPDATE mails SET expires_at = now()`);
  await house.chores['clean-up']({});
  expect(await house.mails.list({ limit: 1 })).toEqual([]);
});

describe('the mail of a proof', () => {
  const proofId = '0e2d5f0e-6a52-4f6e-9b52-0a4f35a0f9d1';
  const LETTER = { code: '012345', link: 'https://id.example.com/x/y', minutes: 10 };
  const posted = async () => {
    const stranger = { email: ADDRESS, locale: 'fr' };
    await house.atomically((ports) => postMail(ports, 'email-verification', { proofId }, stranger));
    return (await only()).id;
  };
  it('goes to who has no account yet, and what is kept of it tells no code', async () => {
    const asked: string[] = [];
    const outcome = await send(await posted(), async (id) => {
      asked.push(id);
      return LETTER;
    });
    expect([outcome, asked]).toEqual(['sent', [proofId]]);
    const kept = await only();
    expect(kept).toMatchObject({ facts: { proofId }, language: 'fr', state: 'sent' });
    expect(kept.accountId).toBeUndefined();
    expect(JSON.stringify(kept)).not.toContain('012345');
    expect(server.taken[0]?.source).toContain('012345');
  });

  it('is asked for anew at each try', async () => {
    const id = await posted();
    manner.recipient = () => saying(451, 'later');
    expect(await send(id, async () => LETTER)).toBe('postponed');
    manner.recipient = () => undefined;
    await letPass(3);
    expect(await send(id, async () => ({ ...LETTER, code: '987654' }))).toBe('sent');
    expect(server.taken[0]?.source).toContain('987654');
  });

  it('lapses with it', async () => {
    const id = await posted();
    expect(await send(id)).toBe('lapsed');
    expect(await only()).toMatchObject({ state: 'lapsed', tries: 1 });
    await send(id);
    expect(await retryMail(house, id, CLI)).toBe('has-not-failed');
    expect(server.offered()).toBe(0);
  });
});

it('is patient, but not for longer than a minute in the first ten, nor than a quarter of an hour', () => {
  const delays = [0, 10, 60, 600, 3600, 43_200].map((age) => [
    nextTryInS(age, DAY_S, 0),
    nextTryInS(age, DAY_S, 1),
  ]);
  expect(delays).toEqual([
    [1, 2],
    [1, 2],
    [3, 6],
    [30, 60],
    [180, 360],
    [450, 900],
  ]);
  expect(nextTryInS(DAY_S, DAY_S)).toBeUndefined();
});

import { setTimeout as pause } from 'node:timers/promises';
import { setPassword } from '../../src/accounts/set-password.ts';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { openMailServer } from '../support/mail-server.ts';
import { application, post, signIn } from '../oidc/application.ts';

/** Nothing announces that a mail has come. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(50);
}

const CLI = { actor: 'cli' } as const;
const houses: TestHouse[] = [];
afterEach(async () => {
  for (const house of houses.splice(0)) await house.close();
});

async function open(env = {}): Promise<TestHouse> {
  const house = await openTestHouse({ env });
  houses.push(house);
  return house;
}

const change = async ({ house }: TestHouse, id: string) => {
  const account = await house.accounts.find(id);
  if (!account) throw new Error('gone');
  return setPassword(house, { account, password: 'another password', by: 'cli' }, CLI);
};

interface Shown {
  id: string;
  at: string;
  to: string;
  subject: string;
  text: string;
  html: string;
}

async function letterbox(house: TestHouse, query = ''): Promise<Shown[]> {
  const shown: Shown[] = JSON.parse(
    await (await fetch(`${house.issuer}/letterbox.json${query}`)).text(),
  );
  return shown;
}

it('a refresh token that comes back tells the person once, by mail', async () => {
  const house = await open();
  const app = await application(house);
  const { tokens } = await signIn(app, {});
  const exchange = () =>
    post(app, '/token', {
      grant_type: 'refresh_token',
      refresh_token: String(tokens.refresh_token),
    });
  expect((await exchange()).status).toBe(200);
  await house.house.db.$executeRawUnsafe(
    `UPDATE refresh_tokens SET consumed_at = consumed_at - interval '31 seconds'`,
  );
  const answers = await Promise.all([exchange(), exchange(), exchange(), exchange()]);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400]));
  await exchange();
  await until(async () => (await letterbox(house)).length > 0);
  const mails = await letterbox(house);
  expect(mails).toHaveLength(1);
  expect(mails[0]?.subject).toBe('An old sign-in of An application was used again');
  expect(await house.house.mails.list({ limit: 9 })).toHaveLength(1);
});

describe('the letterbox', () => {
  it('shows every mail, newest first, to people and to programs', async () => {
    const house = await open();
    const [first, second] = [await house.person(), await house.person()];
    expect(await letterbox(house)).toEqual([]);
    await change(house, first.id);
    await until(async () => (await letterbox(house)).length === 1);
    await house.house.db.account.update({ where: { id: second.id }, data: { locale: 'fr-CA' } });
    await change(house, second.id);
    await until(async () => (await letterbox(house)).length === 2);

    const mails = await letterbox(house);
    expect(mails.map(({ to }) => to)).toEqual([second.email, first.email]);
    expect(mails.map(({ subject }) => subject)).toEqual([
      'Votre mot de passe Gatehouse a été changé',
      'Your Gatehouse password was changed',
    ]);
    const [mail] = await letterbox(house, `?to=${encodeURIComponent(first.email.toUpperCase())}`);
    expect(Object.keys(mail ?? {})).toEqual(['id', 'at', 'to', 'subject', 'text', 'html']);
    expect(mail?.text).toContain('set a new password for your account');

    const list = await (await fetch(`${house.issuer}/letterbox`)).text();
    for (const { subject, to } of mails) {
      expect(list).toContain(subject);
      expect(list).toContain(to);
    }
    const page = await fetch(`${house.issuer}/letterbox/${mail?.id}`);
    expect(page.headers.get('content-security-policy')).toContain("frame-src 'self'");
    expect(await page.text()).toMatch(/<iframe[^>]* sandbox="[^"]*"/);
    const letter = await fetch(`${house.issuer}/letterbox/${mail?.id}/letter`);
    const policy = letter.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^sandbox [^;]*; default-src 'none'/);
    expect(policy).not.toMatch(/allow-scripts|allow-same-origin|script-src/);
    expect(await letter.text()).toBe(mail?.html);
  });

  it('is shown to programs on this machine alone', async () => {
    const house = await open();
    for (const path of ['/letterbox', '/letterbox.json', '/letterbox/x', '/letterbox/x/letter']) {
      const through = await fetch(`${house.issuer}${path}`, {
        headers: { 'X-Forwarded-For': '203.0.113.7' },
      });
      expect(through.status).toBe(404);
    }
    expect((await fetch(`${house.issuer}/letterbox/x`)).status).toBe(404);
  });

  it('keeps the newest two hundred', async () => {
    const house = await open();
    await house.house.db.$executeRawUnsafe(
      `INSERT INTO letterbox_mails (id, at, address, subject, text, html)
       SELECT gen_random_uuid(), now() - n * interval '1 minute', 'a@b.example', 'number ' || n, '', ''
         FROM generate_series(1, 250) n`,
    );
    await change(house, (await house.person()).id);
    await until(async () => (await house.house.db.letterboxMail.count()) === 200);
    const subjects = (await letterbox(house)).map(({ subject }) => subject);
    expect(subjects[0]).toBe('Your Gatehouse password was changed');
    expect(subjects.at(-1)).toBe('number 199');
  });
});

it('a recipient whose server hangs holds nobody up', async () => {
  const server = await openMailServer({
    recipient: (address) => (address.startsWith('slow') ? 'hang' : undefined),
  });
  const house = await open({ SMTP_URL: server.url, MAIL_FROM: 'Gatehouse <no-reply@example.com>' });
  const tell = async (count: number, name: string) => {
    for (let n = 0; n < count; n += 1) {
      const { id } = await house.person({ email: `${name}${n}@example.com` });
      await change(house, id);
    }
  };
  await tell(6, 'slow');
  await until(async () => server.offered() >= 1);
  await tell(20, 'quick');
  await until(
    async () => (await house.house.mails.list({ state: 'sent', limit: 30 })).length === 20,
  );
  expect(server.taken.every(({ to }) => to[0]?.startsWith('quick'))).toBe(true);
  const mails = await house.house.mails.list({ state: 'sent', limit: 30 });
  const delaysMs = mails.map(({ createdAt, settledAt }) => Number(settledAt) - Number(createdAt));
  expect(Math.max(...delaysMs)).toBeLessThan(5000);
  await server.close();
}, 60_000);

it('while the mail server is away nothing fails, and it has every mail soon after its return', async () => {
  const before = await openMailServer();
  await before.close();
  const house = await open({ SMTP_URL: before.url, MAIL_FROM: 'no-reply@example.com' });
  for (let n = 0; n < 5; n += 1) {
    expect(await change(house, (await house.person()).id)).toBe('changed');
  }
  await until(async () =>
    (await house.house.mails.list({ limit: 9 })).every(({ tries }) => tries > 1),
  );
  expect(await house.house.mails.list({ state: 'waiting', limit: 9 })).toHaveLength(5);

  const back = performance.now();
  const after = await openMailServer({}, before.port);
  await until(async () => (await house.house.mails.list({ state: 'sent', limit: 9 })).length === 5);
  expect(performance.now() - back).toBeLessThan(20_000);
  expect(new Set(after.taken.map(({ to }) => to.join())).size).toBe(5);
  expect(after.taken).toHaveLength(5);
  await after.close();
}, 60_000);

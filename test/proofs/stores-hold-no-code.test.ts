import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser } from '../support/browser.ts';
import { dumpPostgres, dumpRedis, isIn } from '../support/dumps.ts';
import { BACKENDS, type TestHouse, openTestHouse } from '../support/house.ts';
import { type MailServer, openMailServer, saying } from '../support/mail-server.ts';

/** The newest mail to an address, as it came over the wire. */
async function mailTo(server: MailServer, address: string, count = 1): Promise<string> {
  for (let turn = 0; turn < 1000; turn += 1) {
    const mails = server.taken.filter(({ to }) => to.includes(address));
    const newest = mails.at(-1);
    if (newest && mails.length >= count) return newest.source.replaceAll(/=\r?\n/g, '');
    await pause(20);
  }
  throw new Error(`no mail to ${address}`);
}

const codeIn = (source: string) => /^Subject: (\d{6})\b/im.exec(source)?.[1] ?? '';
const linkIn = (source: string) =>
  /https?:\S+\/(?:email-verification|password-reset)\/[\w-]+\.[\w-]{43}/.exec(source)?.[0] ?? '';

/** Six digits stand in dates and hashes by chance; a code stands by itself. */
const codeStands = (text: string, code: string) =>
  new RegExp(`(?<![\\w.:+-])${code}(?![\\w-])`).test(text);

describe.each(BACKENDS)('whoever reads the stores and the log (%s)', (backend) => {
  let house: TestHouse;
  let server: MailServer;
  let refuse = false;
  beforeAll(async () => {
    server = await openMailServer({
      recipient: () => (refuse ? saying(451, 'later') : undefined),
    });
    const env = { SMTP_URL: server.url, MAIL_FROM: 'no-reply@example.com' };
    house = await openTestHouse({ backend, env });
  });
  afterAll(async () => {
    await house.close();
    await server.close();
  });

  it('finds no code, no link, no mail and no secret of a browser', async () => {
    const secrets = new Map<string, string>();
    const codes: string[] = [];
    const dumps: string[] = [];
    const look = async (browser?: Browser) => {
      for (const path of ['/', '/email-verification/x', '/interaction/x']) {
        for (const [name, value] of browser?.cookies(path) ?? []) {
          if (!name.includes('language')) secrets.set(`${name} ${dumps.length}`, value);
        }
      }
      dumps.push(await dumpPostgres(house), await dumpRedis(house));
    };
    const read = (source: string) => {
      codes.push(codeIn(source));
      const link = linkIn(source);
      secrets.set(`link ${codes.length}`, link.split('.').at(-1) ?? '');
      return { code: codeIn(source), link };
    };
    const email = `${randomUUID()}@example.com`;
    const password = `seven ${randomUUID()}`;

    const browser = house.browser();
    refuse = true;
    const page = await browser.submit(await browser.visit('/sign-up'), { email });
    await look(browser);
    while (!(await house.house.mails.list({ limit: 1 })).some(({ why }) => why)) await pause(20);
    await look(browser);
    refuse = false;
    const first = read(await mailTo(server, email));
    await look(browser);
    const details = await browser.submit(page, { code: first.code });
    await look(browser);
    await browser.submit(details, { new_password: password });
    secrets.set('password', password);
    await look(browser);

    const forgot = await browser.submit(
      await browser.visit('/password-reset', { headers: { cookie: '' } }),
      { email },
    );
    expect(forgot.status).toBe(200);
    const second = read(await mailTo(server, email, 3));
    await look(browser);
    const other = house.browser();
    await other.visit(second.link);
    await look(other);

    const whole = [...dumps, house.log.text()].join('\n');
    expect(whole).toContain('code-asked-for');
    expect(codes).toHaveLength(2);
    expect(codes.every((code) => /^\d{6}$/.test(code))).toBe(true);
    expect(codes.filter((code) => codeStands(whole, code))).toEqual([]);
    expect(secrets.size).toBeGreaterThan(8);
    const known = [...secrets].filter(([, value]) => value.length < 8 || isIn(whole, value));
    expect(known).toEqual([]);
    for (const words of ['Type this code', 'Welcome', 'If it was not you']) {
      expect(whole).not.toContain(words);
    }
  });
});

import { setTimeout as pause } from 'node:timers/promises';
import { postMail } from '../../src/mail/post-mail.ts';
import { type Person, type TestHouse, openTestHouse } from '../support/house.ts';
import { type MailServer, type Manner, openMailServer, saying } from '../support/mail-server.ts';

/** What a mail server does to mails on their way, on a whole house with its workers. */
const MAIL_FROM = 'Gatehouse <no-reply@example.com>';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

async function house(smtp: { url: string }): Promise<TestHouse> {
  const made = await openTestHouse({ env: { SMTP_URL: smtp.url, MAIL_FROM } });
  open.push(made);
  return made;
}

async function server(manner: Manner = {}, port = 0): Promise<MailServer> {
  const made = await openMailServer(manner, port);
  open.push(made);
  return made;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(50);
}

const welcome = ({ house: { atomically } }: TestHouse, email: string) =>
  atomically((ports) => postMail(ports, 'welcome', {}, { email }));

const sent = async ({ house: { mails } }: TestHouse) =>
  (await mails.list({ state: 'sent', limit: 1000 })).length;

const addresses = (count: number) =>
  Array.from({ length: count }, (_, n) => `reader${n}@example.com`);

it('a server that greylists gets each mail once more, and each reader one mail', async () => {
  const seen = new Set<string>();
  const smtp = await server({
    recipient(address) {
      if (seen.has(address)) return undefined;
      seen.add(address);
      return saying(451, 'greylisted, come again');
    },
  });
  const at = await house(smtp);
  for (const address of addresses(10)) await welcome(at, address);
  await until(async () => (await sent(at)) === 10);
  expect(smtp.taken.flatMap(({ to }) => to).toSorted()).toEqual(addresses(10).toSorted());
  const mails = await at.house.mails.list({ limit: 20 });
  expect(mails.map(({ tries }) => tries)).toEqual(Array.from({ length: 10 }, () => 2));
}, 60_000);

it('a server that takes its time for each mail gets none twice', async () => {
  const smtp = await server({ slowMs: 3000 });
  const at = await house(smtp);
  for (const address of addresses(20)) await welcome(at, address);
  await until(async () => (await sent(at)) === 20);
  expect(smtp.taken.flatMap(({ to }) => to).toSorted()).toEqual(addresses(20).toSorted());
  const mails = await at.house.mails.list({ limit: 20 });
  expect(new Set(mails.map(({ tries }) => tries))).toEqual(new Set([1]));
}, 60_000);

it('a server that drops what it has read gets it again under the same name', async () => {
  const read: string[] = [];
  const smtp = await server({
    mail({ headers }) {
      read.push(headers.find((one) => one.startsWith('Message-ID')) ?? '');
      return read.length === 1 ? 'drop' : undefined;
    },
  });
  const at = await house(smtp);
  await welcome(at, 'reader@example.com');
  await until(async () => (await sent(at)) === 1);
  expect(read).toHaveLength(2);
  expect(new Set(read).size).toBe(1);
}, 60_000);

it('refusals for ever among others hold nobody up, and are tried once', async () => {
  const smtp = await server({
    recipient: (address) => (/[13579]@/.test(address) ? saying(550, 'no such mailbox') : undefined),
  });
  const at = await house(smtp);
  for (const address of addresses(10)) await welcome(at, address);
  await until(async () => (await at.house.mails.list({ state: 'waiting', limit: 1 })).length === 0);
  expect([smtp.taken.length, smtp.offered()]).toEqual([5, 10]);
  expect(await at.house.mails.list({ state: 'failed', limit: 20 })).toHaveLength(5);
}, 60_000);

it('while people sign in the server goes away: nobody notices, and everybody has their mail soon after its return', async () => {
  const before = await openMailServer();
  const at = await house(before);
  const people = await Promise.all(Array.from({ length: 6 }, () => at.person()));
  for (const person of people) await signIn(at, person);
  await before.close();

  const answers = [];
  for (let round = 0; round < 4; round += 1) {
    answers.push(...(await Promise.all(people.map((person) => signIn(at, person)))));
  }
  expect(new Set(answers)).toEqual(new Set([200]));
  await until(async () =>
    (await at.house.mails.list({ limit: 99 })).every(({ tries }) => tries > 0),
  );

  const back = performance.now();
  const after = await server({}, before.port);
  await until(async () => (await sent(at)) === 24);
  expect(performance.now() - back).toBeLessThan(20_000);
  const told = Map.groupBy(after.taken, ({ to }) => to.join());
  expect([...told.values()].map(({ length }) => length)).toEqual([4, 4, 4, 4, 4, 4]);
  expect(await at.house.mails.list({ state: 'failed', limit: 9 })).toEqual([]);
}, 120_000);

/** From a browser that nobody came with before. Answers what the page in the end answers. */
async function signIn(at: TestHouse, { email, password }: Person): Promise<number> {
  const browser = at.browser();
  const page = await browser.visit('/sign-in');
  const next = await browser.submit(page, { email, password });
  return next.status;
}

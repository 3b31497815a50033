import { randomBytes, randomUUID } from 'node:crypto';
import { MOST_BROWSERS, markBrowser, recognise } from '../../src/accounts/known-browsers.ts';
import { type People, openPeople } from '../support/accounts.ts';

const DAY = 24 * 3_600_000;
const keys = { markKey: randomBytes(32) };

let people: People;
let now: Date;
beforeAll(async () => {
  people = await openPeople();
});
beforeEach(() => {
  now = new Date();
});
afterAll(() => people.close());

const deps = () => ({ keys, knownBrowsers: people.knownBrowsers, now: () => now });

async function someone() {
  const account = await people.accounts.find(
    await people.invite({ email: `${randomUUID()}@example.com` }),
  );
  if (!account) throw new Error('nobody');
  const mark = (marks: string[] = [], visit: string = randomUUID()) =>
    markBrowser(deps(), account, { marks, visit });
  const isKnown = async (one: string) =>
    (await recognise(deps(), (await people.accounts.find(account.id)) ?? account, [one])) !==
    undefined;
  return { account, mark, isKnown };
}

it('the first browser, the same again and another one are told apart', async () => {
  const { mark } = await someone();
  const first = await mark();
  expect(first.acquaintance).toBe('first');
  expect(await mark([first.mark])).toEqual({ mark: first.mark, acquaintance: 'seen' });
  const other = await mark();
  expect(other).toMatchObject({ acquaintance: 'new' });
  expect(other.mark).not.toBe(first.mark);
});

it('whoever clicks ten times is one browser, and new once', async () => {
  const { account, mark } = await someone();
  await mark();
  const clicks = await Promise.all(Array.from({ length: 10 }, () => mark([], 'one visit')));
  expect(clicks.filter(({ acquaintance }) => acquaintance === 'new')).toHaveLength(1);
  expect(new Set(clicks.map((one) => one.mark)).size).toBe(1);
  expect(await people.db.prisma.knownBrowser.count({ where: { accountId: account.id } })).toBe(2);
});

it('a browser that is used stays known; one that is not is forgotten after half a year', async () => {
  const { mark, isKnown } = await someone();
  const [used, unused] = [(await mark()).mark, (await mark()).mark];
  now = new Date(now.getTime() + 150 * DAY);
  expect((await mark([used])).mark).toBe(used);
  now = new Date(now.getTime() + 100 * DAY);
  expect([await isKnown(used), await isKnown(unused)]).toEqual([true, false]);
});

it('after a new password the browser is a stranger that was seen before, under a new mark', async () => {
  const { account, mark, isKnown } = await someone();
  const before = (await mark()).mark;
  await people.accounts.changePassword(account.id, 'a hash', account.credentialVersion);
  expect(await isKnown(before)).toBe(false);
  const present = await people.accounts.find(account.id);
  const after = await markBrowser(deps(), present ?? account, { marks: [before], visit: 'later' });
  expect(after.acquaintance).toBe('seen');
  expect(after.mark).not.toBe(before);
  expect([await isKnown(before), await isKnown(after.mark)]).toEqual([false, true]);
});

it("somebody else's mark is worth nothing, and stays theirs", async () => {
  const [one, other] = [await someone(), await someone()];
  const { mark } = await one.mark();
  await other.mark();
  const theirs = await other.mark([mark]);
  expect(theirs.acquaintance).toBe('new');
  expect(theirs.mark).not.toBe(mark);
  expect(await one.isKnown(mark)).toBe(true);
});

it('an account knows so many, and the one that came least lately goes', async () => {
  const { account, mark, isKnown } = await someone();
  const marks: string[] = [];
  for (let i = 0; i < MOST_BROWSERS; i += 1) {
    now = new Date(now.getTime() + 1000);
    marks.push((await mark()).mark);
  }
  const [oldest = '', second = ''] = marks;
  now = new Date(now.getTime() + 1000);
  await mark([oldest]);
  const newest = (await mark()).mark;
  await Promise.all(Array.from({ length: 5 }, () => mark()));
  expect(
    await people.db.prisma.knownBrowser.count({ where: { accountId: account.id } }),
  ).toBeLessThanOrEqual(MOST_BROWSERS + 4);
  await mark();
  expect(await people.db.prisma.knownBrowser.count({ where: { accountId: account.id } })).toBe(
    MOST_BROWSERS,
  );
  expect([await isKnown(oldest), await isKnown(second), await isKnown(newest)]).toEqual([
    true,
    false,
    true,
  ]);
});

import { randomBytes } from 'node:crypto';
import { createAccount } from '../../src/accounts/create-account.ts';
import { disableAccount } from '../../src/accounts/disable-account.ts';
import { bare } from '../prove/doors.ts';
import { WIDE } from '../prove/wide-budgets.ts';
import type { Browser, Page } from '../support/browser.ts';
import { type TestHouse, openTestHouse } from '../support/house.ts';

const CLI = { actor: 'cli' as const };

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({ env: { GATEHOUSE_BUDGETS: WIDE } });
});
afterAll(() => house.close());

const address = () => `${randomBytes(8).toString('hex')}@example.com`;

/** Who may stand behind an address. All addresses are of one length. */
const KINDS: (() => Promise<string>)[] = [
  async () => address(),
  async () => (await house.person({ email: address() })).email,
  async () => (await house.person({ email: address(), verified: false })).email,
  async () => {
    const { id, email } = await house.person({ email: address() });
    await disableAccount(house.house, id, CLI);
    return email;
  },
  async () => {
    const wish = { email: address(), emailVerifiedAt: house.now(), admin: false };
    await createAccount(house.house, { ...wish, by: 'cli' }, CLI);
    return wish.email;
  },
];

type Knock = (browser: Browser, email: string) => Promise<Page[]>;

const askFor =
  (path: string): Knock =>
  async (browser, email) => {
    const first = await browser.visit(path);
    const refused = await browser.submit(first, { email: 'no address' });
    const code = await browser.submit(first, { email });
    const wrong = await browser.submit(code, { code: '000000' });
    return [refused, code, wrong, await browser.visit(`${code.url}/state`)];
  };

const askAgain =
  (path: string): Knock =>
  async (browser, email) => {
    const page = await browser.submit(await browser.visit(path), { email });
    const again = { button: { name: 'again', value: 'yes' } };
    const early = await browser.submit(page, {}, again);
    house.turnClock(31_000);
    return [early, await browser.submit(page, {}, again)];
  };

const DOORS: [string, Knock][] = [
  [
    'a wrong password',
    async (browser, email) => {
      const page = await browser.visit('/sign-in');
      return [await browser.submit(page, { email, password: 'not the password' })];
    },
  ],
  ['a sign-up', askFor('/sign-up')],
  ['a reset', askFor('/password-reset')],
  ['another code for a sign-up', askAgain('/sign-up')],
  ['another code for a reset', askAgain('/password-reset')],
];

it.each(DOORS)(
  '%s is answered alike, byte for byte, whoever has the address',
  async (_name, knock) => {
    const answers: string[] = [];
    for (const kind of [...KINDS, ...KINDS]) {
      const email = await kind();
      const pages = await knock(house.browser(), email);
      answers.push(pages.map((page) => bare(page, email)).join('\n'));
    }
    const [first] = answers;
    for (const answer of answers) expect(answer).toBe(first);
  },
  60_000,
);

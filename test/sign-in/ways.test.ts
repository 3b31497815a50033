import { type Application, PUBLIC, application, request } from '../oidc/application.ts';
import type { Browser, Page } from '../support/browser.ts';
import { type Person, type TestHouse, openTestHouse } from '../support/house.ts';
import { alertOf } from './tries.ts';

let house: TestHouse;
let app: Application;
beforeAll(async () => {
  house = await openTestHouse();
  app = await application(house, { ...PUBLIC, firstParty: true });
});
afterAll(() => house.close());

const begin = async (browser: Browser, extra: Record<string, string> = {}) =>
  browser.visit((await request(app, { scope: 'openid', extra })).url.href);
const stepOf = (page: Page) => /\/interaction\/[\w-]+\/([\w-]+)/.exec(page.url)?.[1];
const valueOf = (page: Page, name: string) =>
  new RegExp(`name="${name}"[^>]* value="([^"]*)"`).exec(page.text)?.[1];
const typedBy = ({ email, password }: Person) => ({ email, password });
const instead = (value: string) => ({ button: { name: 'instead', value } });

describe.each(['sign-up', 'password-reset'])('on the way to %s', (step) => {
  it('the address that was typed is found again, and stands in no address bar', async () => {
    const browser = house.browser();
    const page = await begin(browser);
    const typed = { email: 'typed@example.com', password: '' };
    const there = await browser.submit(page, typed, instead(step));
    expect(new URL(there.url).pathname).toBe(
      page.url.replace(/.*(\/interaction.*)sign-in/, `$1${step}`),
    );
    expect(there.url).not.toContain('typed');
    const back = await browser.visit(page.url);
    expect([stepOf(back), valueOf(back, 'email')]).toEqual(['sign-in', 'typed@example.com']);
  });

  it('what is no address is not kept: people type passwords there too', async () => {
    const browser = house.browser();
    const page = await begin(browser);
    await browser.submit(page, { email: 'my secret passphrase', password: 'x' }, instead(step));
    expect(valueOf(await browser.visit(page.url), 'email')).toBe('');
  });

  it('nobody is signed in, however right the password is', async () => {
    const person = await house.person();
    const browser = house.browser();
    const page = await begin(browser);
    const there = await browser.submit(page, typedBy(person), instead(step));
    expect(there.leftFor).toBeUndefined();
    expect(browser.cookies().has('gatehouse_session')).toBe(false);
  });
});

it('the key Enter signs in: the first button of the form has no name', async () => {
  const { text } = await begin(house.browser());
  const [form = ''] = /<form[\s\S]*?<\/form>/.exec(text) ?? [];
  const submits = [...form.matchAll(/<button[^>]*type="submit"[^>]*>/g)].map(([button]) => button);
  expect(submits.map((button) => /name="instead" value="([\w-]+)"/.exec(button)?.[1])).toEqual([
    undefined,
    'password-reset',
    'sign-up',
  ]);
});

it('whoever is refused is told what to do', async () => {
  const browser = house.browser();
  const wrong = { email: 'nobody@example.com', password: 'not the password' };
  const page = await browser.submit(await begin(browser), wrong);
  expect(alertOf(page)).toContain('or set a new password');
  expect(page.text).toContain('Forgot your password?');
});

describe('a right password whose address is not proved yet', () => {
  it('opens the proof of the address and nothing else', async () => {
    const person = await house.person({ verified: false });
    const browser = house.browser();
    const page = await browser.submit(await begin(browser), typedBy(person));
    expect(stepOf(page)).toBe('email-verification');
    expect([...browser.cookies().keys()].filter((name) => /session|known/.test(name))).toEqual([]);
    const events = await house.house.audit.list({ accountId: person.id, limit: 10 });
    const names = events.map(({ name }) => name);
    expect(names).toContain('sign-in-held');
    expect(names).not.toContain('signed-in');
    expect((await browser.visit('/')).text).not.toContain(person.email);
  });

  it('does not let anybody else in where somebody is signed in', async () => {
    const [owner, person] = [await house.person(), await house.person({ verified: false })];
    const browser = house.browser();
    await browser.submit(await begin(browser), typedBy(owner));
    const again = await begin(browser, { prompt: 'login' });
    const blank = await browser.visit(`${again.url}?another`);
    expect(stepOf(await browser.submit(blank, typedBy(person)))).toBe('email-verification');
    expect((await browser.visit('/')).text).toContain(owner.email);
  });
});

it('user name and address of one person share one count, and nobody learns that they do', async () => {
  const person = await house.person({ username: 'shared' });
  const statuses: number[] = [];
  for (let i = 0; i < 10; i += 1) {
    const browser = house.browser();
    const email = i % 2 ? person.email : 'Shared';
    const page = await browser.submit(await begin(browser), { email, password: 'not it' });
    statuses.push(page.status);
  }
  const browser = house.browser();
  const right = await browser.submit(await begin(browser), typedBy(person));
  expect([...statuses, right.status]).toEqual(Array(11).fill(400));
  expect(right.leftFor).toBeUndefined();
});

it.each(['page', 'popup', 'touch', 'wap', 'nonsense'])(
  'one page serves display=%s',
  async (display) => {
    const page = await begin(house.browser(), { display });
    expect([page.status, stepOf(page)]).toEqual([200, 'sign-in']);
    expect(page.text).toContain('width=device-width');
  },
);

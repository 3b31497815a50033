import type { Browser, Page } from '../support/browser.ts';
import { send } from '../support/http.ts';
import { BACKENDS, type Person, type TestHouse, openTestHouse } from '../support/house.ts';

let house: TestHouse;
let person: Person;
async function signIn(browser: Browser): Promise<Page> {
  let page = await browser.submit(await browser.visit('/demo'), {}, { action: '/demo/sign-in' });
  while (/\/interaction\//.test(page.url)) {
    const { email, password } = person;
    page = await browser.submit(
      page,
      page.text.includes('name="password"') ? { email, password } : {},
    );
  }
  return page;
}
const press = (browser: Browser, page: Page, what: string) =>
  browser.submit(page, {}, { action: `/demo/${what}` });

describe.each(BACKENDS)('the demo, with short-lived records in %s', (backend) => {
  beforeAll(async () => {
    house = await openTestHouse({ backend });
    person = await house.person({ givenName: 'Camille' });
  });
  afterAll(() => house.close());

  it('signs somebody in and shows that every check of both tokens passed', async () => {
    const page = await signIn(house.browser());
    expect(new URL(page.url).pathname).toBe('/demo');
    expect(page.text).toContain('every check passed');
    expect(page.text.match(/<li data-done/g)).toHaveLength(16);
    expect(page.text).toContain('&quot;typ&quot;: &quot;at+jwt&quot;');
    expect(page.text).toContain(person.id);
    const [event] = await house.house.audit.list({ name: 'token-verified', limit: 1 });
    expect(event).toMatchObject({ accountId: person.id, clientId: 'demo' });
  });

  it('calls /me, refreshes, and signs out', async () => {
    const browser = house.browser();
    const page = await signIn(browser);
    const told = await press(browser, page, 'me');
    expect(told.text).toContain(person.email);
    const fresh = await press(browser, told, 'refresh');
    expect(fresh.text).toContain('New tokens were fetched once.');
    expect(fresh.text).toContain('every check passed');
    const leaving = await press(browser, fresh, 'sign-out');
    expect(leaving.text).toContain('Sign out?');
    const left = await browser.submit(leaving);
    expect(left.text).toContain('A demo application');
    expect((await browser.visit('/')).text).not.toContain(person.email);
  });

  it('says so when somebody refuses', async () => {
    person = await house.person();
    const browser = house.browser();
    const asked = await browser.submit(
      await browser.visit('/demo'),
      {},
      { action: '/demo/sign-in' },
    );
    const { email, password } = person;
    const consent = await browser.submit(asked, { email, password });
    const page = await browser.submit(consent, {}, { button: { name: 'refuse', value: 'yes' } });
    expect(page.text).toMatch(/role="alert">\s*You did not allow it/);
    expect((await browser.visit('/demo')).text).not.toContain('role="alert"');
  });

  it('explains an answer that it never asked for', async () => {
    const page = await house.browser().visit('/demo/callback?code=x&state=y');
    expect(page.text).toContain('This browser did not begin that sign-in');
  });

  it.each([
    ['x-forwarded-for', '203.0.113.7'],
    ['forwarded', 'for=203.0.113.7'],
    ['via', '1.1 tunnel'],
  ])('is not there for whoever comes through a tunnel (%s)', async (name, value) => {
    const page = await house.browser().visit('/demo', { headers: { [name]: value } });
    expect(page.status).toBe(404);
  });
});

it('the demo keeps no token that a store could read', async () => {
  house = await openTestHouse();
  person = await house.person();
  const browser = house.browser();
  const { text } = await signIn(browser);
  const tokens = text.match(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g) ?? [];
  expect(tokens).toHaveLength(2);
  const kept = JSON.stringify(await house.house.db.artifact.findMany());
  expect(kept).toContain('DemoVisit');
  for (const token of tokens) expect(kept).not.toContain(token);
  expect(kept).not.toContain(browser.cookies('/demo').get('gatehouse_demo'));
  await house.close();
});

it('production shows neither the demo nor the letterbox nor the first steps', async () => {
  house = await openTestHouse({
    env: {
      NODE_ENV: 'production',
      ISSUER: 'https://id.example',
      SMTP_URL: 'smtps://mail.example',
      MAIL_FROM: 'no-reply@id.example',
    },
  });
  const ask = (path: string) =>
    send(`http://127.0.0.1:${house.settings.PORT}${path}`, {
      headers: { host: 'id.example', accept: 'text/html' },
    });
  for (const path of ['/demo', '/letterbox', '/letterbox.json']) {
    expect((await ask(path)).status).toBe(404);
  }
  const home = await ask('/');
  expect([home.status, home.text.includes('First steps')]).toEqual([200, false]);
  await house.close();
});

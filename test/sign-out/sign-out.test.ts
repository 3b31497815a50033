import { type Application, PUBLIC, application, me, signIn } from '../oidc/application.ts';
import { type TestHouse, openTestHouse } from '../support/house.ts';

const AFTER = 'https://app.example/after';

let house: TestHouse;
let app: Application;
beforeAll(async () => {
  house = await openTestHouse();
  app = await application(house, { ...PUBLIC, name: 'Atlas', postLogoutRedirectUris: [AFTER] });
});
afterAll(() => house.close());

describe('the way out', () => {
  it('asks first, and says who is signed in', async () => {
    const { browser, person } = await signIn(app);
    const page = await browser.visit('/session/end');
    expect(page.text).toContain('Sign out?');
    expect(page.text).toContain(person.email);
    expect((await browser.visit('/')).text).toContain(person.email);
  });

  it('ends at our own page, and what was open is dead', async () => {
    const { browser, person, tokens } = await signIn(app);
    expect((await me(house, tokens.access_token)).status).toBe(200);
    const done = await browser.submit(await browser.visit('/session/end'));
    expect(done.text).toContain('You are signed out');
    expect((await browser.visit('/')).text).not.toContain(person.email);
    expect((await me(house, tokens.access_token)).status).toBe(401);
  });

  it("ends at the application's registered page, with its state", async () => {
    const { browser, tokens } = await signIn(app);
    const query = new URLSearchParams({
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: AFTER,
      state: 'abc',
      ui_locales: 'fr',
    });
    const page = await browser.visit(`/session/end?${query.toString()}`);
    expect(page.text).toContain('<bdi>Atlas</bdi></strong> demande à vous déconnecter');
    const { leftFor } = await browser.submit(page);
    expect(leftFor?.href).toBe(`${AFTER}?state=abc`);
  });

  it('cannot be walked by another site', async () => {
    const { browser, person } = await signIn(app);
    await browser.visit('/session/end');
    const body = new URLSearchParams({ xsrf: 'guessed', logout: 'yes' });
    const answer = await browser.visit('/session/end/confirm', { body });
    expect(answer.status).toBe(400);
    expect((await browser.visit('/')).text).toContain(person.email);
  });

  it('sends nobody to a page that is not registered', async () => {
    const { browser, tokens } = await signIn(app);
    const query = new URLSearchParams({
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: 'https://evil.example/',
    });
    const page = await browser.visit(`/session/end?${query.toString()}`);
    expect([page.status, page.leftFor]).toEqual([400, undefined]);
    expect(page.text).toContain('role="alert"');
  });

  it('is short where nobody is signed in', async () => {
    const browser = house.browser();
    const done = await browser.submit(await browser.visit('/session/end'));
    expect(done.text).toContain('You are signed out');
  });
});

import { PUBLIC, application, signIn } from '../oidc/application.ts';
import type { Page } from '../support/browser.ts';
import { type TestHouse, openTestHouse } from '../support/house.ts';

let house: TestHouse;
beforeEach(async () => {
  house = await openTestHouse();
});
afterEach(() => house.close());

const ticked = ({ text }: Page) =>
  [...text.matchAll(/<li( data-done(?:="[^"]*")?)?>/g)].map(([, done]) => done !== undefined);

describe('the first steps', () => {
  it('tick themselves', async () => {
    const browser = house.browser();
    expect(ticked(await browser.visit('/'))).toEqual([false, false, false, false]);
    const person = await house.person();
    expect(ticked(await browser.visit('/'))).toEqual([true, false, false, false]);
    const app = await application(house, { ...PUBLIC });
    expect(ticked(await browser.visit('/'))).toEqual([true, true, false, false]);
    await signIn(app, { person });
    expect(ticked(await browser.visit('/'))).toEqual([true, true, true, false]);
    await house.house.audit.record('token-verified', {}, { actor: 'person' });
    expect(ticked(await browser.visit('/'))).toEqual([true, true, true, true]);
  });

  it('are for this machine alone', async () => {
    const forwarded = { 'x-forwarded-for': '203.0.113.7' };
    const page = await house.browser().visit('/', { headers: forwarded });
    expect(page.status).toBe(200);
    expect(page.text).not.toContain('First steps');
  });
});

it('says that nobody is signed in once they were signed out everywhere', async () => {
  const app = await application(house, { ...PUBLIC });
  const { browser, person } = await signIn(app);
  await house.house.accounts.signOutEverywhere(person.id);
  expect((await browser.visit('/')).text).toContain('Nobody is signed in');
});

it('says that nobody is signed in to somebody who was shut out meanwhile', async () => {
  const app = await application(house, { ...PUBLIC });
  const { browser, person } = await signIn(app);
  expect((await browser.visit('/')).text).toContain(person.email);
  await house.house.accounts.disable(person.id, house.now());
  expect((await browser.visit('/')).text).toContain('Nobody is signed in');
});

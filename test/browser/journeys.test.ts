import { jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import { type Application, PUBLIC, application, request } from '../oidc/application.ts';
import { type Person, type TestHouse, openTestHouse } from '../support/house.ts';
import { applicationPage, inChromium, typeFirst } from './chromium.ts';
import { tooFaint } from './contrast.ts';

// A browser starts and paints; a busy machine takes its time.
jest.setTimeout(120_000);

let house: TestHouse;
let app: Application;
let person: Person;
let place: Awaited<ReturnType<typeof applicationPage>>;
beforeAll(async () => {
  house = await openTestHouse();
  place = await applicationPage();
  app = await application(house, { ...PUBLIC, name: 'Atlas', redirectUris: [place.redirectUri] });
});
beforeEach(async () => {
  person = await house.person({ givenName: 'Camille', familyName: 'Roux' });
});
afterAll(async () => {
  await house.close();
  await place.close();
});

async function begin(page: Page, extra: Record<string, string> = {}) {
  const { url, state } = await request(app, { extra });
  await page.goto(url.href);
  return state;
}

async function signIn(page: Page, { email, password } = person) {
  await page.getByLabel('E-mail or user name').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}
const allow = (page: Page) => page.getByRole('button', { name: 'Allow' }).click();
const back = (page: Page) => page.waitForURL(`${place.redirectUri}?**`);
const answerOf = (page: Page) => new URL(page.url()).searchParams;

inChromium((open) => {
  it('the demo signs in, is allowed, and shows a verified token', async () => {
    const { complaints, page } = await open();
    await page.goto(`${house.issuer}/demo`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await signIn(page);
    await allow(page);
    await page.getByRole('heading', { name: 'every check passed' }).waitFor();
    await page.getByRole('button', { name: 'Call /me' }).click();
    await page.getByText('What /me says').waitFor();
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText('New tokens were fetched once.').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign out?' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'A demo application' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('refusing leads back to the application', async () => {
    const { complaints, page } = await open();
    const state = await begin(page);
    await signIn(page);
    await page.getByRole('button', { name: 'Not now' }).click();
    await back(page);
    expect([answerOf(page).get('error'), answerOf(page).get('state')]).toEqual([
      'access_denied',
      state,
    ]);
    expect(complaints).toEqual([]);
  });

  it('signing out asks, and ends at our own page', async () => {
    const { complaints, page } = await open();
    await page.goto(`${house.issuer}/sign-in`);
    await signIn(page);
    await page.getByRole('heading', { name: 'Hello Camille' }).waitFor();
    await page.getByRole('link', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await page.goto(house.issuer);
    await page.getByText('Nobody is signed in here.').waitFor();
    expect(complaints).toEqual([]);
  });

  it('nothing needs JavaScript', async () => {
    const { page } = await open({ javaScriptEnabled: false });
    const state = await begin(page);
    expect(await page.getByRole('button', { name: 'Show' }).count()).toBe(0);
    await signIn(page, { ...person, password: 'wrong' });
    expect(await page.getByRole('alert').innerText()).toMatch(/not right/);
    expect(await page.getByLabel('E-mail or user name').inputValue()).toBe(person.email);
    await page.getByRole('button', { name: 'Français' }).click();
    await page.getByRole('heading', { name: 'Connexion' }).waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    await signIn(page);
    await allow(page);
    await back(page);
    expect(answerOf(page).get('state')).toBe(state);
  });

  it('the keyboard is enough', async () => {
    const { page } = await open();
    const state = await begin(page);
    // The first field has the focus; Enter is the button.
    await typeFirst(page, person.email);
    await page.keyboard.press('Tab');
    if (await page.evaluate('document.activeElement.tagName === "BUTTON"')) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.type(person.password);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Allow' }).waitFor();
    for (let tabs = 0; tabs < 12; tabs += 1) {
      await page.keyboard.press('Tab');
      if (await page.evaluate('document.activeElement.textContent === "Allow"')) break;
    }
    await page.keyboard.press('Enter');
    await back(page);
    expect(answerOf(page).get('state')).toBe(state);
  });

  it('everything can be read in the light and in the dark', async () => {
    const { page } = await open({ reducedMotion: 'reduce' });
    await begin(page);
    await signIn(page, { ...person, password: 'wrong' });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect([colorScheme, ...(await tooFaint(page))]).toEqual([colorScheme]);
    }
  });

  it('two tabs and two applications do not disturb each other', async () => {
    const other = await application(house, {
      ...PUBLIC,
      name: 'Boreas',
      redirectUris: [place.redirectUri],
    });
    const { context } = await open();
    const [first, second] = [await context.newPage(), await context.newPage()];
    const state = await begin(first);
    const asked = await request(other);
    await second.goto(asked.url.href);
    await second.getByText('Boreas').waitFor();
    await signIn(second);
    await allow(second);
    await back(second);
    expect(answerOf(second).get('state')).toBe(asked.state);
    await first.bringToFront();
    await signIn(first);
    await allow(first);
    await back(first);
    expect(answerOf(first).get('state')).toBe(state);
    expect(answerOf(first).get('code')).toBeTruthy();
  });

  it('a double click is one click', async () => {
    const { page } = await open();
    const state = await begin(page);
    await page.getByLabel('E-mail or user name').fill(person.email);
    await page.getByLabel('Password', { exact: true }).fill(person.password);
    await page.getByRole('button', { name: 'Sign in' }).dblclick({ noWaitAfter: true });
    await page.getByRole('button', { name: 'Allow' }).dblclick({ noWaitAfter: true });
    await back(page);
    expect(answerOf(page).get('state')).toBe(state);
    expect(answerOf(page).get('code')).toBeTruthy();
  });

  it('going back to a finished page begins the request anew', async () => {
    const { page } = await open();
    const state = await begin(page);
    await signIn(page);
    await allow(page);
    await back(page);
    await page.goBack();
    await page.reload();
    await back(page);
    expect(answerOf(page).get('state')).toBe(state);
    expect(answerOf(page).get('code')).toBeTruthy();
  });

  it.each([
    ['with scripts', true],
    ['without', false],
  ])('somebody else can come in where one is signed in, %s', async (_how, javaScriptEnabled) => {
    const other = await house.person();
    const { complaints, page } = await open({ javaScriptEnabled });
    await begin(page);
    await signIn(page);
    await page.getByRole('button', { name: 'Not you?' }).click();
    await signIn(page, other);
    if (!javaScriptEnabled) {
      await page.getByRole('heading', { name: 'One moment' }).waitFor();
      await page.getByRole('button', { name: 'Continue' }).click();
    }
    await page.getByText(other.email).waitFor();
    await allow(page);
    await back(page);
    expect(answerOf(page).get('code')).toBeTruthy();
    expect(complaints).toEqual([]);
  });

  it('the password can be shown, and is hidden again before it is sent', async () => {
    const { complaints, page } = await open();
    await begin(page);
    const field = page.getByLabel('Password', { exact: true });
    await field.fill('what I typed');
    await page.getByRole('button', { name: 'Show' }).click();
    expect(await field.getAttribute('type')).toBe('text');
    await page.getByRole('button', { name: 'Hide' }).click();
    expect(await field.getAttribute('type')).toBe('password');
    expect(complaints).toEqual([]);
  });
});

import { jest } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { type Application, PUBLIC, application, request } from '../oidc/application.ts';
import { NEW, mailed } from '../password-reset/a-reset.ts';
import { PLENTY } from '../proofs/a-proof.ts';
import { type Person, type TestHouse, openTestHouse } from '../support/house.ts';
import { send } from '../support/http.ts';
import { applicationPage, focused, heading, inChromium, press, typeFirst } from './chromium.ts';

// A browser starts and paints; a busy machine takes its time.
jest.setTimeout(120_000);

let house: TestHouse;
let app: Application;
let person: Person;
let place: Awaited<ReturnType<typeof applicationPage>>;
beforeAll(async () => {
  house = await openTestHouse({ env: { GATEHOUSE_BUDGETS: JSON.stringify(PLENTY) } });
  place = await applicationPage();
  const wish = { name: 'Atlas', firstParty: true, redirectUris: [place.redirectUri] };
  app = await application(house, { ...PUBLIC, ...wish });
});
beforeEach(async () => {
  person = await house.person({ givenName: 'Camille', familyName: 'Roux' });
});
afterAll(async () => {
  await house.close();
  await place.close();
});

/** A look at who goes where, for any program here could claim the redirect; then the application. */
async function back(page: Page): Promise<void> {
  await page.getByText('signed in as').waitFor();
  await press(page, 'Continue');
  await page.waitForURL(`${place.redirectUri}?**`);
}
const codeIn = (page: Page) => new URL(page.url()).searchParams.get('code');

/** From the application to the page that waits for the code. */
async function forget(page: Page): Promise<void> {
  await page.goto((await request(app)).url.href);
  await page.getByLabel('E-mail or user name').fill(person.email);
  await press(page, 'Forgot your password?');
  await heading(page, 'Set a new password');
  await press(page, 'Send the code');
  await heading(page, 'Check your mail');
}

async function typeCode(page: Page): Promise<void> {
  await page.getByLabel('Code').fill((await mailed(house, person.email)).code);
  await press(page, 'Continue');
  await heading(page, 'Choose a new password');
}

async function choose(page: Page): Promise<void> {
  await page.getByLabel('New password').fill(NEW);
  await press(page, 'Set the password');
}

it('the page of a new password weighs less than 30 KB, all told', async () => {
  const browser = house.browser();
  const asking = await browser.visit('/password-reset');
  const code = await browser.submit(asking, { email: person.email });
  const { text } = await browser.submit(code, { code: (await mailed(house, person.email)).code });
  const files = [...text.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map(
    ([, path = '']) => path,
  );
  expect(files).toHaveLength(4);
  const answers = await Promise.all(files.map((path) => send(`${house.issuer}${path}`)));
  const bytes = [text, ...answers.map((answer) => answer.text)].join('').length;
  expect(bytes).toBeLessThan(30_000);
});

inChromium((open) => {
  it.each<[string, BrowserContextOptions]>([
    ['on a phone', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
    ['without scripts', { javaScriptEnabled: false }],
  ])('%s a code leads to the application', async (_what, options) => {
    const { complaints, page } = await open(options);
    await forget(page);
    await typeCode(page);
    await choose(page);
    await back(page);
    expect(codeIn(page)).toBeTruthy();
    expect(complaints).toEqual([]);
  });

  it('the keyboard alone is enough', async () => {
    const { page } = await open();
    await page.goto((await request(app)).url.href);
    await typeFirst(page, person.email);
    for (let tabs = 0; tabs < 10; tabs += 1) {
      await page.keyboard.press('Tab');
      const focus = await page.evaluate('document.activeElement.textContent');
      if (focus === 'Forgot your password?') break;
    }
    await page.keyboard.press('Enter');
    await heading(page, 'Set a new password');
    await focused(page);
    await page.keyboard.press('Enter');
    await heading(page, 'Check your mail');
    await typeFirst(page, (await mailed(house, person.email)).code);
    await page.keyboard.press('Enter');
    await heading(page, 'Choose a new password');
    await typeFirst(page, NEW);
    await page.keyboard.press('Enter');
    await back(page);
    expect(codeIn(page)).toBeTruthy();
  });

  it('the link goes on in the browser that began, in whichever tab', async () => {
    const { context, complaints, page } = await open();
    await forget(page);
    const mail = await context.newPage();
    await mail.goto(`${house.issuer}${(await mailed(house, person.email)).path}`);
    expect(mail.url()).not.toContain(
      '.'.concat((await mailed(house, person.email)).path.split('.')[1] ?? ''),
    );
    await press(mail, 'Choose a new password');
    await heading(mail, 'Choose a new password');
    await choose(mail);
    await back(mail);
    expect(codeIn(mail)).toBeTruthy();
    expect(complaints).toEqual([]);
  });

  it('the link in another browser ends there, and the first tab says so by itself', async () => {
    const { page } = await open();
    await forget(page);
    const other = await open();
    await other.page.goto(`${house.issuer}${(await mailed(house, person.email)).path}`);
    await other.page.getByText('IP address').waitFor();
    await press(other.page, 'Choose a new password');
    await heading(other.page, 'Choose a new password');
    await heading(page, 'You went on in another browser');
    await choose(other.page);
    await heading(other.page, 'Hello Camille');
    expect(new URL(other.page.url()).pathname).toBe('/');

    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByLabel('E-mail or user name').fill(person.email);
    await page.getByLabel('Password', { exact: true }).fill(NEW);
    await press(page, 'Sign in');
    await back(page);
    expect(codeIn(page)).toBeTruthy();
    expect(other.complaints).toEqual([]);
  });

  it('who goes back and forth gets there all the same', async () => {
    const { page } = await open();
    await forget(page);
    await page.goBack();
    await page.goBack();
    await heading(page, 'Sign in');
    await page.goForward();
    await page.goForward();
    await heading(page, 'Check your mail');
    await typeCode(page);
    await page.goBack();
    await heading(page, 'Choose a new password');
    await choose(page);
    await back(page);
    expect(codeIn(page)).toBeTruthy();
    await page.goBack();
    expect(await page.title()).not.toContain('Error');
  });

  it('everything has expired, and every page leads on', async () => {
    const { context, page } = await open();
    await forget(page);
    const { code, path } = await mailed(house, person.email);
    const row = { where: { email: person.email } };
    const past = new Date(Date.now() - 1000);
    await house.house.db.addressProof.updateMany({
      ...row,
      data: { codeExpiresAt: past, askedAt: new Date(0) },
    });
    await page.getByLabel('Code').fill(code);
    await press(page, 'Continue');
    await page.getByText('This code is too old. Ask for a new one.').waitFor();
    const link = await context.newPage();
    await link.goto(`${house.issuer}${path}`);
    await heading(link, 'This link no longer works');
    await link.getByRole('link', { name: 'Ask for a new one' }).click();
    await heading(link, 'Set a new password');

    await house.house.db.addressProof.updateMany({ ...row, data: { expiresAt: past } });
    await page.reload();
    await heading(page, 'This took too long');
    await page.getByRole('link', { name: 'Begin again' }).click();
    await heading(page, 'Set a new password');
    await press(page, 'Send the code');
    await typeCode(page);
    await choose(page);
    await back(page);
    expect(codeIn(page)).toBeTruthy();
  });

  it('the hint tells while one types what the server would say, and sends nothing', async () => {
    const { page } = await open();
    await forget(page);
    await typeCode(page);
    const asked: string[] = [];
    page.on('request', (one) => asked.push(one.url()));
    const field = page.getByLabel('New password');
    const hint = page.locator('.strength output');
    for (const [typed, text] of [
      ['short', 'Too short so far'],
      ['camille was here', 'Contains your name'],
      [`${person.email}!`, 'Contains a part of your e-mail address'],
      ['my gatehouse key', 'Contains the name of this site'],
      ['12345678', 'Weak: easy to guess'],
      ['blue fox 7', 'Fair: longer is better'],
      [NEW, 'Strong'],
    ] as const) {
      await field.fill(typed);
      expect(await hint.textContent()).toBe(text);
    }
    await page.getByRole('button', { name: 'Show' }).click();
    expect(await field.getAttribute('type')).toBe('text');
    expect(asked).toEqual([]);
    await press(page, 'Set the password');
    await back(page);
  });
});

import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import { type Application, PUBLIC, application, request } from '../oidc/application.ts';
import { PLENTY } from '../proofs/a-proof.ts';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { codeIn, letterTo, linkIn, wrongNumber } from '../support/letters.ts';
import { applicationPage, heading, inChromium, press, typeFirst } from './chromium.ts';
import { isWide } from './inspect.ts';

// A browser starts and paints; a busy machine takes its time.
jest.setTimeout(120_000);

const PASSWORD = 'seven quiet herons';

let house: TestHouse;
let app: Application;
let place: Awaited<ReturnType<typeof applicationPage>>;
beforeAll(async () => {
  house = await openTestHouse({ env: { GATEHOUSE_BUDGETS: JSON.stringify(PLENTY) } });
  place = await applicationPage();
  app = await application(house, { ...PUBLIC, name: 'Atlas', redirectUris: [place.redirectUri] });
});
afterAll(async () => {
  await house.close();
  await place.close();
});

const code = async (email: string, count = 1) => codeIn(await letterTo(house, email, count));

/** From the application's request to the page that waits for the code. */
async function begin(page: Page, email = `${randomUUID()}@example.com`) {
  const { url, state } = await request(app);
  await page.goto(url.href);
  await press(page, 'Create an account');
  await heading(page, 'Create an account');
  await page.getByLabel('E-mail').fill(email);
  await press(page, 'Send the code');
  await heading(page, 'Confirm your address');
  return { email, state };
}

async function tellWho(page: Page) {
  await heading(page, 'Create your account');
  await page.getByLabel('First name').fill('Ada');
  await page.getByLabel('New password').fill(PASSWORD);
  await press(page, 'Create the account');
}

/** To consent, and back to the application that began it. */
async function arrive(page: Page, state: string) {
  await press(page, 'Allow');
  await page.waitForURL(`${place.redirectUri}?**`);
  const answer = new URL(page.url()).searchParams;
  expect(answer.get('state')).toBe(state);
  expect(answer.get('code')).toBeTruthy();
}

inChromium((open) => {
  it('by the code, and managers are told address and password', async () => {
    const { complaints, page } = await open();
    const { email, state } = await begin(page);
    await page.getByLabel('Code').fill(await code(email));
    await press(page, 'Confirm the address');
    await heading(page, 'Create your account');
    const given = page.locator('input[name=email]');
    expect(await given.getAttribute('autocomplete')).toBe('username');
    expect(await given.inputValue()).toBe(email);
    const chosen = page.getByLabel('New password');
    expect(await chosen.getAttribute('autocomplete')).toBe('new-password');
    await tellWho(page);
    await arrive(page, state);
    expect(complaints).toEqual([]);
  });

  it('by the link in the same browser: one button, straight on', async () => {
    const { complaints, page } = await open();
    const { email, state } = await begin(page);
    await page.goto(linkIn(await letterTo(house, email)));
    expect(page.url()).toMatch(/\/email-verification\/[\da-f-]{36}$/);
    await press(page, 'Confirm the address');
    await tellWho(page);
    await arrive(page, state);
    expect(complaints).toEqual([]);
  });

  it('by the link in another browser: the number moves the first tab on by itself', async () => {
    const [here, there] = [await open(), await open({ viewport: { width: 390, height: 844 } })];
    const { email, state } = await begin(here.page);
    const number = await here.page.locator('.waiting strong').innerText();
    await there.page.goto(linkIn(await letterTo(house, email)));
    await heading(there.page, 'Was this you?');
    expect(await isWide(there.page)).toBe(false);
    await there.page.getByText('Atlas').waitFor();
    await there.page.getByLabel('Number').fill(number);
    await press(there.page, 'Confirm the address');
    await heading(there.page, 'Your address is confirmed');
    await tellWho(here.page);
    await arrive(here.page, state);
    await there.page.goto(house.issuer);
    await there.page.getByText('Nobody is signed in here.').waitFor();
    expect([...here.complaints, ...there.complaints]).toEqual([]);
  });

  it('after a wrong number: the first tab says that it was stopped, and begins again', async () => {
    const [here, there] = [await open(), await open()];
    const { email } = await begin(here.page);
    const link = linkIn(await letterTo(house, email));
    await there.page.goto(link);
    await there.page.getByLabel('Number').fill(wrongNumber(house, link));
    await press(there.page, 'Confirm the address');
    await heading(there.page, 'This was stopped');
    await heading(here.page, 'This was stopped');
    await here.page.getByRole('link', { name: 'Begin again' }).click();
    await heading(here.page, 'Create an account');
    expect(here.complaints).toEqual([]);
  });

  it('in another browser where the first tab is gone, and ends at our own door', async () => {
    const [here, there] = [await open(), await open()];
    const { email } = await begin(here.page);
    await there.page.goto(linkIn(await letterTo(house, email)));
    await press(there.page, 'I no longer have that page');
    await tellWho(there.page);
    await heading(there.page, 'Hello Ada');
    await heading(here.page, 'You went on in another browser');
    expect([...here.complaints, ...there.complaints]).toEqual([]);
  });

  it('without JavaScript, where a link looks whether the mail was answered', async () => {
    const [here, there] = [await open({ javaScriptEnabled: false }), await open()];
    const { email, state } = await begin(here.page);
    expect(await here.page.getByRole('button', { name: 'Show' }).count()).toBe(0);
    await press(here.page, 'Send a new code');
    expect(await here.page.getByRole('alert').innerText()).toMatch(/Wait \d+ seconds?/);
    const number = await here.page.locator('.waiting strong').innerText();
    await there.page.goto(linkIn(await letterTo(house, email)));
    await there.page.getByLabel('Number').fill(number);
    await press(there.page, 'Confirm the address');
    await heading(there.page, 'Your address is confirmed');
    await here.page.locator('.waiting a').click();
    await tellWho(here.page);
    await arrive(here.page, state);
  });

  it('after going back to mend the address', async () => {
    const { complaints, page } = await open();
    const { state } = await begin(page, `${randomUUID()}@exmaple.com`);
    await page.goBack();
    await heading(page, 'Create an account');
    const right = `${randomUUID()}@example.com`;
    await page.getByLabel('E-mail').fill(right);
    await press(page, 'Send the code');
    await page.getByLabel('Code').fill(await code(right));
    await press(page, 'Confirm the address');
    await heading(page, 'Create your account');
    await page.goBack();
    await tellWho(page);
    await arrive(page, state);
    expect(complaints).toEqual([]);
  });

  it('in two tabs for two applications, which do not disturb each other', async () => {
    const { context, page: first } = await open();
    const second = await context.newPage();
    const one = await begin(first);
    const two = await begin(second);
    await second.getByLabel('Code').fill(await code(two.email));
    await press(second, 'Confirm the address');
    await tellWho(second);
    await arrive(second, two.state);
    await first.bringToFront();
    await first.getByLabel('Code').fill(await code(one.email));
    await press(first, 'Confirm the address');
    await heading(first, 'Create your account');
    expect(await first.locator('input[name=email]').inputValue()).toBe(one.email);
  });

  it('by keyboard alone', async () => {
    const { complaints, page } = await open();
    await page.goto(`${house.issuer}/sign-up`);
    const email = `${randomUUID()}@example.com`;
    // The first field has the focus; Enter is the button.
    await typeFirst(page, email);
    await page.keyboard.press('Enter');
    await heading(page, 'Confirm your address');
    await typeFirst(page, await code(email));
    await page.keyboard.press('Enter');
    await heading(page, 'Create your account');
    await typeFirst(page, 'Ada');
    const focused = () => page.evaluate('document.activeElement.id');
    for (let tabs = 0; tabs < 8 && (await focused()) !== 'new_password'; tabs += 1) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await heading(page, 'Hello Ada');
    expect(complaints).toEqual([]);
  });

  it('with a double click on everything', async () => {
    const { page } = await open();
    const { url } = await request(app, { extra: { prompt: 'create' } });
    await page.goto(url.href);
    const email = `${randomUUID()}@example.com`;
    const twice = (name: string) =>
      page.getByRole('button', { name }).dblclick({ noWaitAfter: true });
    await page.getByLabel('E-mail').fill(email);
    await twice('Send the code');
    await heading(page, 'Confirm your address');
    await page.getByLabel('Code').fill(await code(email));
    await twice('Confirm the address');
    await heading(page, 'Create your account');
    await page.getByLabel('New password').fill(PASSWORD);
    await twice('Create the account');
    await page.getByRole('button', { name: 'Allow' }).waitFor();
    const mails = await house.house.mails.list({ address: email, limit: 9 });
    expect(mails.map(({ template }) => template).toSorted()).toEqual([
      'email-verification',
      'welcome',
    ]);
  });
});

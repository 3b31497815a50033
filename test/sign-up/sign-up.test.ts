import { randomUUID } from 'node:crypto';
import type { Account } from '../../src/accounts/account.ts';
import { setPassword } from '../../src/accounts/set-password.ts';
import { BACKENDS, type TestHouse, openTestHouse } from '../support/house.ts';
import type { Browser, Page } from '../support/browser.ts';
import { send } from '../support/http.ts';
import { codeIn, letterTo } from '../support/letters.ts';
import { type Application, PUBLIC, application, me, redeem, request } from '../oidc/application.ts';

/** All of them come from one machine. */
const MANY = { GATEHOUSE_BUDGETS: '{"proofs-per-origin":{"most":1000}}' };

const PASSWORD = 'seven quiet herons';

const freshAddress = () => `${randomUUID()}@example.com`;

/** After which nothing from before opens the account. */
const CHANGES: [string, (house: TestHouse['house'], account: Account) => Promise<unknown>][] = [
  [
    'a new password',
    (house, account) =>
      setPassword(
        house,
        { account, password: 'completely other words', by: 'cli' },
        { actor: 'cli' },
      ),
  ],
  ['a sign-out everywhere', ({ accounts }, { id }) => accounts.signOutEverywhere(id)],
  ['a disabled account', ({ accounts, now }, { id }) => accounts.disable(id, now())],
];

/** What is different for everybody is taken out. */
const plain = (page: Page, address: string) =>
  page.text
    .replaceAll(address, 'ADDRESS')
    .replaceAll(/\/interaction\/[\w-]+/g, '/interaction/UID')
    .replaceAll(/nonce="[^"]+"|<strong><bdi>\d\d<\/bdi><\/strong>/g, '');

describe.each(BACKENDS)('signing up (%s)', (backend) => {
  let house: TestHouse;
  let app: Application;
  beforeAll(async () => {
    house = await openTestHouse({ backend, env: MANY });
    app = await application(house, { ...PUBLIC, name: 'Atlas' });
  });
  afterAll(() => house.close());

  const accountOf = (email: string) => house.house.accounts.findByEmail(email);

  /** As far as the page of the code. */
  async function asFarAsCode(email = freshAddress(), browser = house.browser(), path = '/sign-up') {
    const page = await browser.submit(await browser.visit(path), { email });
    expect(page.url).toMatch(/\/email-verification$/);
    return { browser, email, page };
  }

  /** As far as the page of the details. */
  async function asFarAsDetails(...given: Parameters<typeof asFarAsCode>) {
    const { browser, email, page } = await asFarAsCode(...given);
    const code = codeIn(await letterTo(house, email));
    const details = await browser.submit(page, { code });
    expect(details.url).toMatch(/\/sign-up\/details$/);
    return { browser, email, page: details };
  }

  const details = { given_name: 'Ada', family_name: 'Byron', new_password: PASSWORD };

  it('goes from the address over the code to the name and password, and ends signed in', async () => {
    const { browser, email, page } = await asFarAsDetails();
    expect(page.text).toContain(`value="${email}"`);
    expect(await accountOf(email)).toBeUndefined();
    const home = await browser.submit(page, { ...details, username: `ada${Date.now()}` });
    expect(home.url).toBe(`${house.issuer}/`);
    expect(home.text).toContain('Hello Ada');
    const account = await accountOf(email);
    expect(account).toMatchObject({ email, givenName: 'Ada', familyName: 'Byron', locale: 'en' });
    expect(account?.emailVerifiedAt).toBeDefined();
    expect(browser.cookies().has('gatehouse_known')).toBe(true);
    const welcome = await letterTo(house, email, 2);
    expect(welcome.subject).toContain('Welcome');
    const events = await house.house.audit.list({ accountId: account?.id ?? '', limit: 9 });
    expect(events.map(({ name }) => name).toSorted()).toEqual(['account-created', 'signed-in']);
  });

  it.each([
    ['at prompt=create', { prompt: 'create' }, undefined],
    ['from the sign-in page', {}, 'sign-up'],
  ])('begun %s it leads back to the application', async (_where, extra, instead) => {
    const browser = house.browser();
    const asked = await request(app, { extra });
    let page = await browser.visit(asked.url.href);
    expect(page.text).toContain('Atlas');
    if (instead) page = await browser.submit(page, { instead });
    expect(page.url).toMatch(/\/sign-up$/);
    const email = freshAddress();
    page = await browser.submit(page, { email });
    page = await browser.submit(page, { code: codeIn(await letterTo(house, email)) });
    page = await browser.submit(page, details);
    expect(page.text).toContain('Atlas');
    const { leftFor: answer } = await browser.submit(page);
    if (!answer) throw new Error('never left');
    const tokens = await redeem(app, { ...asked, answer });
    const told = await me(house, tokens.access_token);
    expect(told.json()).toMatchObject({ email, email_verified: true });
  });

  it('asks for an account even while somebody is signed in, and changes who it is', async () => {
    const { browser, page } = await asFarAsDetails();
    await browser.submit(page, details);
    const asked = await request(app, { extra: { prompt: 'create' } });
    const second = await asFarAsDetails(freshAddress(), browser, asked.url.href);
    const next = await browser.submit(second.page, details);
    // The library first signs the other one out, by a form that posts itself.
    let at = next;
    for (let n = 0; n < 4 && !at.leftFor; n += 1) at = await browser.submit(at);
    expect(at.leftFor?.searchParams.get('code')).toBeTruthy();
  });

  it('an address that somebody has gets the same page, and its owner a mail', async () => {
    const { email } = await house.person();
    const known = await asFarAsCode(email);
    const unknown = await asFarAsCode();
    expect(plain(known.page, email)).toBe(plain(unknown.page, unknown.email));
    expect(known.page.status).toBe(unknown.page.status);
    const letter = await letterTo(house, email);
    expect(letter.subject).not.toMatch(/\d{6}/);
    expect(letter.text).toContain(`${house.issuer}/password-reset`);
    const wrong = await known.browser.submit(known.page, { code: '111111' });
    expect(wrong.status).toBe(400);
    expect(wrong.text).toContain('You have 4 tries left');
  });

  it('reads codes kindly, and counts wrong ones', async () => {
    const { browser, email, page } = await asFarAsCode();
    const code = codeIn(await letterTo(house, email));
    const wrong = code === '111111' ? '222222' : '111111';
    const nonsense = await browser.submit(page, { code: '12 ab' });
    expect([nonsense.status, nonsense.text]).toEqual([
      400,
      expect.stringContaining('Type the six digits'),
    ]);
    const first = await browser.submit(page, { code: wrong });
    expect(first.text).toMatch(/role="alert">That code is not right. You have 4 tries left/);
    const arabic = Array.from(code, (digit) => '٠١٢٣٤٥٦٧٨٩'[Number(digit)]).join('');
    const right = await browser.submit(first, {
      code: ` ${arabic.slice(0, 3)}-${arabic.slice(3)} `,
    });
    expect(right.url).toMatch(/\/sign-up\/details$/);
  });

  it('of 100 parallel wrong codes five are looked at, and then the right one is refused', async () => {
    const { browser, email, page } = await asFarAsCode();
    const code = codeIn(await letterTo(house, email));
    const wrong = code === '111111' ? '222222' : '111111';
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => browser.submit(page, { code: wrong })),
    );
    expect(answers.every(({ status }) => status === 400 || status === 429)).toBe(true);
    expect(answers.filter(({ text }) => text.includes('tries left'))).toHaveLength(3);
    expect(answers.filter(({ text }) => text.includes('1 try left'))).toHaveLength(1);
    const { tries } = await house.house.db.addressProof.findFirstOrThrow({ where: { email } });
    expect(tries).toBe(5);
    const late = await browser.submit(page, { code });
    expect(late.text).toContain('Five codes were wrong');
    expect(await accountOf(email)).toBeUndefined();
    house.turnClock(31_000);
    const again = await browser.submit(await browser.visit(page.url), {});
    expect(again.text).toContain('A new code is on its way');
    const newer = codeIn(await letterTo(house, email, 2));
    expect((await browser.submit(again, { code: newer })).url).toMatch(/details$/);
  });

  it('typed twenty times at once, a code has one effect and every answer is sane', async () => {
    const { browser, email, page } = await asFarAsCode();
    const code = codeIn(await letterTo(house, email));
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => browser.submit(page, { code })),
    );
    expect(answers.every(({ status }) => status === 200 || status === 400)).toBe(true);
    expect(answers.some(({ url }) => url.endsWith('/sign-up/details'))).toBe(true);
    const proved = await house.house.audit.list({ name: 'address-proved', limit: 500 });
    const ids = new Set(proved.map(({ requestId }) => requestId));
    expect(ids.size).toBe(proved.length);
  });

  it('pressed ten times at once the last button makes one account, and shows it to all', async () => {
    const { browser, email, page } = await asFarAsDetails();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => browser.submit(page, details)),
    );
    expect(answers.map(({ status }) => status).filter((one) => one >= 400)).toEqual([]);
    expect(answers.some(({ url }) => url === `${house.issuer}/`)).toBe(true);
    const made = await house.house.audit.list({ name: 'account-created', limit: 500 });
    const id = (await accountOf(email))?.id;
    expect(made.filter(({ accountId }) => accountId === id)).toHaveLength(1);
    const mails = await house.house.mails.list({ address: email, limit: 9 });
    expect(mails.map(({ template }) => template).toSorted()).toEqual([
      'email-verification',
      'welcome',
    ]);
  });

  it.each(CHANGES)('a last page that was kept opens nothing after %s', async (_what, change) => {
    const { browser, email, page } = await asFarAsDetails();
    const cookie = [...browser.cookies(new URL(page.url).pathname)].map((pair) => pair.join('='));
    const headers = { cookie: cookie.join('; '), origin: house.issuer };
    const body = new URLSearchParams(details);
    // Whoever keeps the page does not follow where it leads.
    expect((await send(page.url, { body, headers })).status).toBe(303);
    const account = await accountOf(email);
    if (!account) throw new Error('no account');
    expect(await change(house.house, account)).toBeTruthy();
    const late = await browser.submit(page, details);
    expect([late.status, late.text]).toEqual([
      409,
      expect.stringContaining('You have an account already'),
    ]);
    expect((await browser.visit('/')).text).not.toContain('Hello');
    const events = await house.house.audit.list({ accountId: account.id, limit: 20 });
    expect(events.filter(({ name }) => name === 'signed-in')).toHaveLength(1);
  });

  it('of two people with one address the first gets the account, the other a way into it', async () => {
    const email = freshAddress();
    const first = await asFarAsDetails(email);
    const second = await asFarAsCode(email.toUpperCase());
    const code = codeIn(await letterTo(house, second.email, 2));
    const third = await second.browser.submit(second.page, { code });
    const answers = await Promise.all([
      first.browser.submit(first.page, details),
      second.browser.submit(third, { ...details, new_password: 'another quiet heron' }),
    ]);
    const lost = answers.filter(({ text }) => text.includes('You have an account already'));
    expect(lost).toHaveLength(1);
    expect(lost[0]?.status).toBe(409);
    const loser = answers[0] === lost[0] ? first.browser : second.browser;
    const later = await loser.submit(lost[0] ?? third, {});
    expect(later.url).toMatch(/\/sign-in$/);
    expect(later.text.toLowerCase()).toContain(`value="${email}"`);
  });

  it('whoever finds out at the details that there is an account may sign in or choose a password', async () => {
    const { browser, email, page } = await asFarAsDetails();
    await house.person({ email });
    const known = await browser.visit(page.url);
    expect(known.text).toContain('You have an account already');
    const reset = await browser.submit(known, { instead: 'password-reset' });
    expect(reset.url).toMatch(/\/password-reset$/);
  });

  it('says what is wrong beside each field, and keeps what was typed but for passwords', async () => {
    const { browser, email, page } = await asFarAsDetails();
    await house.person({ username: 'taken' });
    const bad = await browser.submit(page, {
      given_name: 'Ada\u202e',
      family_name: '<b>Byron</b>',
      username: 'a',
      new_password: 'password',
    });
    expect(bad.status).toBe(400);
    for (const field of ['given_name', 'username', 'new_password']) {
      expect(bad.text).toMatch(new RegExp(`id="${field}-why"`));
    }
    expect(bad.text).toContain('value="&lt;b&gt;Byron&lt;/b&gt;"');
    expect(bad.text).not.toContain('value="password"');
    const taken = await browser.submit(bad, { ...details, username: 'Taken' });
    expect(taken.status).toBe(409);
    expect(taken.text).toContain('Somebody has this user name already');
    expect(await accountOf(email)).toBeUndefined();
    const own = await browser.submit(taken, { ...details, username: '', new_password: email });
    expect(own.text).toContain('id="new_password-why"');
    const done = await browser.submit(own, { ...details, username: undefined });
    expect(done.url).toBe(`${house.issuer}/`);
  });

  it.each([
    '',
    'nobody',
    'a@b',
    'a@b.c, x@evil.example',
    'a@b.c\r\nBcc: x@evil.example',
    '<a@b.example>',
  ])('takes %p for no address', async (email) => {
    const browser = house.browser();
    const page = await browser.submit(await browser.visit('/sign-up'), { email });
    expect(page.status).toBe(400);
    expect(page.text).toMatch(/role="alert"[^>]*>Check the address/);
    expect(page.text).toContain('aria-invalid="true"');
  });

  it('a typo in the address is mended by going back', async () => {
    const { browser, page } = await asFarAsCode();
    const change = /href="(\/interaction\/[\w-]+\/sign-up)"/.exec(page.text)?.[1] ?? '';
    const back = await browser.visit(change);
    expect(back.text).toContain('name="email"');
    const right = freshAddress();
    const code = await browser.submit(back, { email: right });
    const letter = await letterTo(house, right);
    expect((await browser.submit(code, { code: codeIn(letter) })).text).toContain(right);
  });

  it('two tabs for two applications do not disturb each other', async () => {
    const browser = house.browser();
    const other = await application(house, {
      ...PUBLIC,
      redirectUris: ['https://other.example/cb'],
    });
    const visits = [await request(app), await request(other)];
    const tabs: { page: Page; email: string }[] = [];
    for (const { url } of visits) {
      const page = await browser.visit(`${url.href}&prompt=create`);
      tabs.push(await asFarAsCode(freshAddress(), browser, page.url));
    }
    const [one, two] = tabs;
    if (!one || !two) throw new Error('two tabs');
    const stolen = codeIn(await letterTo(house, one.email));
    const own = codeIn(await letterTo(house, two.email));
    const mixedUp = await browser.submit(two.page, { code: stolen });
    expect(stolen === own || mixedUp.text.includes('not right')).toBe(true);
    const last = await browser.submit(two.page, { code: own });
    expect(last.text).toContain(two.email);
    expect((await browser.submit(one.page, { code: stolen })).text).toContain(one.email);
  });

  it('a later step that is opened first leads to where somebody stands', async () => {
    const browser = house.browser();
    const first = await browser.visit('/sign-up');
    const base = first.url.replace(/\/sign-up$/, '');
    for (const step of ['email-verification', 'sign-up/details', 'consent']) {
      expect((await browser.visit(`${base}/${step}`)).url).toBe(first.url);
    }
    const posted = await browser.visit(`${base}/sign-up/details`, {
      body: new URLSearchParams({ ...details, email: 'you@example.com' }),
      headers: { origin: house.issuer },
    });
    expect(posted.url).toBe(first.url);
    const stranger = await house.browser().visit(first.url);
    expect(stranger.url).not.toBe(first.url);
  });

  it('is over after an hour: nothing is kept, and the page has a way on', async () => {
    const { browser, email, page } = await asFarAsCode();
    const code = codeIn(await letterTo(house, email));
    house.turnClock(10 * 60_000);
    const late = await browser.submit(page, { code });
    expect(late.text).toContain('This code is too old');
    house.turnClock(49 * 60_000);
    const over = await browser.visit(page.url);
    expect(over.status).toBe(200);
    expect(await accountOf(email)).toBeUndefined();
  });
});

async function signUpPage(setting: string) {
  const house = await openTestHouse({ env: { ...MANY, GATEHOUSE_USERNAME: setting } });
  const browser: Browser = house.browser();
  const email = `${randomUUID()}@example.com`;
  const page = await browser.submit(await browser.visit('/sign-up'), { email });
  const code = codeIn(await letterTo(house, email));
  return { house, browser, page: await browser.submit(page, { code }), email };
}

describe('the user name', () => {
  it('is not asked for where it is off, and not taken either', async () => {
    const { house, browser, page, email } = await signUpPage('off');
    expect(page.text).not.toContain('name="username"');
    await browser.submit(page, { new_password: PASSWORD, username: 'sneaky' });
    expect((await house.house.accounts.findByEmail(email))?.username).toBeUndefined();
    await house.close();
  });

  it('is demanded where it is required', async () => {
    const { house, browser, page } = await signUpPage('required');
    expect(page.text).toMatch(/name="username"[^>]*required/);
    const bad = await browser.submit(page, { new_password: PASSWORD, username: ' ' });
    expect([bad.status, bad.text]).toEqual([400, expect.stringContaining('This is needed.')]);
    const done = await browser.submit(bad, { new_password: PASSWORD, username: 'stork' });
    expect(done.url).toBe(`${house.issuer}/`);
    await house.close();
  });
});

import { randomUUID } from 'node:crypto';
import { type Application, PUBLIC, application, request } from '../oidc/application.ts';
import type { Browser, Page } from '../support/browser.ts';
import { straightenClock } from '../support/clock.ts';
import { type Person, type TestHouse } from '../support/house.ts';
import { send } from '../support/http.ts';
import {
  NEW,
  askForCode,
  hashOf,
  headingOf,
  mailed,
  openForgetful,
  stepOf,
  typeCode,
  uidOf,
} from './a-reset.ts';

let house: TestHouse;
let app: Application;
let victim: Person;
let before: string | undefined;
beforeAll(async () => {
  house = await openForgetful();
  app = await application(house, { ...PUBLIC, firstParty: true });
});
beforeEach(async () => {
  victim = await house.person();
  before = await hashOf(house, victim.id);
});
afterEach(straightenClock);
afterAll(() => house.close());

const untouched = async () => expect(await hashOf(house, victim.id)).toBe(before);
const begin = async (browser: Browser) =>
  browser.visit((await request(app, { scope: 'openid' })).url.href);

/** A form of our own pages, sent by hand. */
const post = (browser: Browser, path: string, fields: Record<string, string>) =>
  browser.visit(path, {
    body: new URLSearchParams(fields),
    headers: { origin: house.issuer, 'sec-fetch-site': 'same-origin' },
  });

async function waiting(email = victim.email) {
  const browser = house.browser();
  const page = await askForCode(browser, await begin(browser), email);
  return { browser, page, uid: uidOf(page) };
}

const LATER = ['password-reset/code', 'password-reset/new-password'];
const EVERY_FIELD = {
  new_password: NEW,
  password: NEW,
  code: '000000',
  not_me: '',
  again: '',
  state: 'proved',
};

describe('a later step that is opened first', () => {
  it.each(LATER)('%s leads back to where one stands', async (step) => {
    const browser = house.browser();
    const uid = uidOf(await begin(browser));
    const path = `/interaction/${uid}/${step}`;
    expect(stepOf(await browser.visit(path))).toBe('sign-in');
    const ids = { email: victim.email, accountId: victim.id, account_id: victim.id };
    expect(stepOf(await post(browser, path, { ...EVERY_FIELD, ...ids }))).toBe('sign-in');
    await untouched();
  });

  it('is not reached from the page of the code, however often it is tried', async () => {
    const { browser, uid } = await waiting();
    await mailed(house, victim.email);
    const path = `/interaction/${uid}/password-reset/new-password`;
    expect(stepOf(await browser.visit(path))).toBe('password-reset/code');
    const tries = await Promise.all(
      Array.from({ length: 20 }, () => post(browser, path, { new_password: NEW })),
    );
    expect(new Set(tries.map(stepOf))).toEqual(new Set(['password-reset/code']));
    await post(browser, `/interaction/${uid}/password-reset/code`, { again: 'yes' });
    await post(browser, `/interaction/${uid}/password-reset/code`, { code: '' });
    await post(browser, path, { new_password: NEW });
    await untouched();
  });
});

describe('another browser', () => {
  it('cannot take up what somebody stands before', async () => {
    const { browser, page, uid } = await waiting();
    await typeCode(house, browser, page, victim.email);
    const thief = house.browser();
    const path = `/interaction/${uid}/password-reset/new-password`;
    expect(stepOf(await thief.visit(path))).toBe('sign-in');
    await post(thief, path, { new_password: NEW });
    const own = uidOf(await begin(thief));
    await post(thief, `/interaction/${own}/password-reset/new-password`, { new_password: NEW });
    await untouched();
    const done = await browser.submit(await browser.visit(path), { new_password: NEW });
    expect(done.leftFor).toBeDefined();
  });

  it('cannot use the code that another one waits for', async () => {
    await waiting();
    const { code } = await mailed(house, victim.email);
    const thief = await waiting('thief@example.com');
    const page = await thief.browser.submit(thief.page, { code });
    expect(page.status).toBe(400);
    expect(stepOf(page)).toBe('password-reset/code');
    await untouched();
  });

  it('sets its own password at most, whatever ids it posts', async () => {
    const thief = await house.person();
    const { browser, page } = await waiting(thief.email);
    const choosing = await typeCode(house, browser, page, thief.email);
    await waiting();
    const { proof } = await mailed(house, victim.email);
    const ids = {
      email: victim.email,
      accountId: victim.id,
      account_id: victim.id,
      id: proof.id,
      proofId: proof.id,
    };
    await browser.submit(choosing, { ...ids, new_password: NEW });
    await untouched();
    expect((await house.house.accounts.find(thief.id))?.credentialVersion).toBe(2);
  });
});

describe('a code', () => {
  it('is worth nothing after five wrong ones, of a hundred at once', async () => {
    const { browser, page } = await waiting();
    const { code, proof } = await mailed(house, victim.email);
    const wrong = code === '111111' ? '222222' : '111111';
    await Promise.all(Array.from({ length: 100 }, () => browser.submit(page, { code: wrong })));
    const right = await browser.submit(page, { code });
    expect(stepOf(right)).toBe('password-reset/code');
    expect((await house.house.proofs.find(proof.id))?.tries).toBe(5);
    await untouched();
  });

  it('opens once, and no other purpose', async () => {
    const { browser, page, uid } = await waiting();
    const { code } = await mailed(house, victim.email);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => browser.submit(page, { code })),
    );
    expect(answers.map(stepOf)).toContain('password-reset/new-password');
    const proved = await house.house.audit.list({ name: 'address-proved', limit: 50 });
    expect(proved.filter(({ accountId }) => accountId === victim.id)).toHaveLength(1);
    await post(browser, `/interaction/${uid}/email-verification`, { code });
    await browser.submit(await browser.visit(page.url), { new_password: NEW });
    const again = await browser.visit(page.url);
    expect(stepOf(again)).not.toBe('password-reset/new-password');
  });

  it('is good for ten minutes', async () => {
    const { browser, page } = await waiting();
    const { code } = await mailed(house, victim.email);
    house.turnClock(10 * 60_000);
    const late = await browser.submit(page, { code });
    expect(late.status).toBe(400);
    expect(late.text).toContain('This code is too old. Ask for a new one.');
    await untouched();
  });

  it('is replaced by the next one', async () => {
    const { browser, page } = await waiting();
    const { code, path, proof } = await mailed(house, victim.email);
    expect((await browser.submit(page, { again: 'yes' })).status).toBe(429);
    await house.house.db.addressProof.update({
      where: { id: proof.id },
      data: { nextSendAt: house.now() },
    });
    const sent = await browser.submit(page, { again: 'yes' });
    expect(sent.text).toContain('A new code is on its way.');
    const next = await mailed(house, victim.email);
    expect(next.path).not.toBe(path);
    expect((await browser.submit(page, { code })).status).toBe(400);
    expect((await house.browser().visit(path)).status).toBe(410);
    expect(stepOf(await browser.submit(page, { code: next.code }))).toBe(
      'password-reset/new-password',
    );
  });
});

describe('a link', () => {
  it('is not used up by programs that follow it', async () => {
    await waiting();
    const { path, proof } = await mailed(house, victim.email);
    for (const method of ['HEAD', 'GET', 'OPTIONS', 'HEAD', 'GET']) {
      await send(`${house.issuer}${path}`, { method });
      await house.browser().visit(path, { method: method === 'OPTIONS' ? 'GET' : method });
    }
    expect((await house.house.proofs.find(proof.id))?.state).toBe('pending');
    const second = house.browser();
    expect(stepOf(await second.submit(await second.visit(path)))).toBe(
      'password-reset/new-password',
    );
  });

  it('leaves the address bar, and leads nowhere else with it', async () => {
    await waiting();
    const { path, proof } = await mailed(house, victim.email);
    const [, secret = ''] = path.split('.');
    const page = await house.browser().visit(path);
    expect(new URL(page.url).pathname).toBe(`/password-reset/${proof.id}`);
    expect(page.text).not.toContain(secret);
    expect(page.headers.get('referrer-policy')).toBe('same-origin');
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect([...page.text.matchAll(/(?:src|href|action)="(https?:)?\/\//g)]).toEqual([]);
    expect(house.log.text()).not.toContain(secret);
  });

  it('is one browser’s, of twenty that press its button at once', async () => {
    const { browser, page } = await waiting();
    const { path } = await mailed(house, victim.email);
    const others = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const other = house.browser();
        return { other, link: await other.visit(path) };
      }),
    );
    const pages = await Promise.all(others.map(({ other, link }) => other.submit(link)));
    expect(pages.filter((one) => stepOf(one) === 'password-reset/new-password')).toHaveLength(1);
    expect(pages.filter(({ status }) => status === 410)).toHaveLength(19);
    expect(headingOf(await browser.visit(page.url))).toBe('You went on in another browser');
    await untouched();
  });

  it('never goes on in the browser that began when it was pressed elsewhere', async () => {
    const { browser, page, uid } = await waiting();
    const { path, code } = await mailed(house, victim.email);
    const second = house.browser();
    const choosing = await second.submit(await second.visit(path));
    const late = await browser.submit(page, { code });
    expect(headingOf(late)).toBe('You went on in another browser');
    await post(browser, `/interaction/${uid}/password-reset/new-password`, { new_password: NEW });
    await untouched();
    await second.submit(choosing, { new_password: NEW });
    expect(await hashOf(house, victim.id)).not.toBe(before);
    expect((await browser.visit('/')).text).not.toContain(victim.email);
  });

  it('is worth nothing once somebody says that it was not them', async () => {
    const { browser, page } = await waiting();
    const { path, code } = await mailed(house, victim.email);
    const owner = house.browser();
    const link = await owner.visit(path);
    const stopped = await owner.submit(link, {}, { button: { name: 'not_me', value: 'yes' } });
    expect(headingOf(stopped)).toBe('Nothing was changed');
    expect(headingOf(await owner.submit(link))).toBe('Nothing was changed');
    expect(headingOf(await browser.submit(page, { code }))).toBe('This was stopped');
    await untouched();
  });

  it('is worth nothing either where its code was talked out of its owner', async () => {
    const { browser, page } = await waiting();
    const { path, code } = await mailed(house, victim.email);
    const choosing = await browser.submit(page, { code });
    expect(headingOf(choosing)).toBe('Choose a new password');
    const owner = house.browser();
    const link = await owner.visit(path);
    expect(headingOf(link)).toBe('The code of this mail was typed');
    const stopped = await owner.submit(link, {}, { button: { name: 'not_me', value: 'yes' } });
    expect(headingOf(stopped)).toBe('Nothing was changed');
    expect(headingOf(await browser.submit(choosing, { new_password: NEW }))).toBe(
      'This was stopped',
    );
    await untouched();
  });

  it.each([
    ['nobody’s id', () => `/password-reset/${randomUUID()}.${'a'.repeat(43)}`],
    ['no secret', () => `/password-reset/${randomUUID()}`],
  ])('with %s is no longer good, and says so', async (_what, path) => {
    const page = await house.browser().visit(path());
    expect(page.status).toBe(410);
    expect(headingOf(page)).toBe('This link no longer works');
    expect(page.text).toContain('href="/password-reset"');
  });

  it('of one person does not open another', async () => {
    const thief = await house.person();
    await waiting(thief.email);
    await waiting();
    const own = await mailed(house, thief.email);
    const { proof } = await mailed(house, victim.email);
    const [, secret = ''] = own.path.split('.');
    const browser = house.browser();
    expect((await browser.visit(`/password-reset/${proof.id}.${secret}`)).status).toBe(410);
    const swapped = await post(browser, `/password-reset/${proof.id}`, {});
    expect(swapped.status).toBe(410);
    expect(
      (await house.browser().visit(own.path.replace('password-reset', 'email-verification')))
        .status,
    ).toBeGreaterThanOrEqual(400);
    await untouched();
  });
});

describe('what was proved', () => {
  it('is over when the password was changed meanwhile, and says so', async () => {
    const { browser, page } = await waiting();
    const choosing = await typeCode(house, browser, page, victim.email);
    const second = await waiting();
    const other = await typeCode(house, second.browser, second.page, victim.email);
    expect((await second.browser.submit(other, { new_password: NEW })).leftFor).toBeDefined();
    const chosen = await hashOf(house, victim.id);

    for (const told of [
      await browser.visit(choosing.url),
      await browser.submit(choosing, { new_password: 'yet another long one' }),
      await browser.visit(choosing.url),
    ]) {
      expect(told.status).toBe(200);
      expect(headingOf(told)).toBe('This was stopped');
    }
    expect(await hashOf(house, victim.id)).toBe(chosen);
    const anew = await browser.visit(`/interaction/${uidOf(page)}/password-reset`);
    expect(stepOf(anew)).toBe('password-reset');
  });

  it('sets the password once, of twenty posts at once', async () => {
    const { browser, page } = await waiting();
    const choosing = await typeCode(house, browser, page, victim.email);
    await Promise.all(
      Array.from({ length: 20 }, (_, one) =>
        browser.submit(choosing, { new_password: `the new password ${one}` }),
      ),
    );
    expect((await house.house.accounts.find(victim.id))?.credentialVersion).toBe(2);
    const events = await house.house.audit.list({ accountId: victim.id, limit: 50 });
    expect(events.filter(({ name }) => name === 'password-changed')).toHaveLength(1);
    expect(events.filter(({ name }) => name === 'signed-in')).toHaveLength(1);
  });

  it('is over after an hour', async () => {
    const { browser, page } = await waiting();
    const choosing = await typeCode(house, browser, page, victim.email);
    house.turnClock(60 * 60_000);
    const told: Page = await browser.submit(choosing, { new_password: NEW });
    expect(told.leftFor).toBeUndefined();
    await untouched();
  });
});

describe('whoever lies about where we are', () => {
  it.each([
    ['x-forwarded-host', 'evil.example'],
    ['forwarded', 'host=evil.example;proto=https'],
    ['x-forwarded-proto', 'javascript'],
    ['x-original-url', 'https://evil.example/'],
    ['x-forwarded-port', '1'],
  ])('by %s is not believed', async (name, value) => {
    const browser = house.browser();
    const page = await begin(browser);
    const asking = await browser.visit(`/interaction/${uidOf(page)}/password-reset`);
    const email = `${randomUUID()}@example.com`;
    const person = await house.person({ email });
    await browser.visit(new URL(asking.url).pathname, {
      body: new URLSearchParams({ email }),
      headers: { origin: house.issuer, [name]: value },
    });
    await mailed(house, person.email);
    const [mail] = await house.house.letterbox.list({ to: email });
    const links = mail?.text.match(/https?:\/\/[^\s"<]+/g) ?? [];
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((link) => !link.startsWith(`${house.issuer}/`))).toEqual([]);
  });

  it('by the name of the host is sent away', async () => {
    const answer = await send(`${house.issuer}/password-reset`, {
      headers: { host: 'evil.example' },
    });
    expect(answer.status).toBe(421);
  });

  it('by a form on another site has no effect', async () => {
    const { browser, page, uid } = await waiting();
    const { code, path } = await mailed(house, victim.email);
    const elsewhere = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    for (const [target, fields] of [
      [`/interaction/${uid}/password-reset`, { email: 'a@example.com' }],
      [`/interaction/${uid}/password-reset/code`, { code }],
      [path.split('.')[0] ?? '', {}],
    ] as const) {
      const body = new URLSearchParams(fields);
      expect((await browser.visit(target, { body, headers: elsewhere })).status).toBe(403);
    }
    expect(stepOf(await browser.visit(page.url))).toBe('password-reset/code');
    await untouched();
  });
});

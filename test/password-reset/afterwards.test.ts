import { knowsAddress } from '../../src/accounts/known-browsers.ts';
import { createAccount } from '../../src/accounts/create-account.ts';
import { type Application, application, field, me, request, signIn } from '../oidc/application.ts';
import type { Browser } from '../support/browser.ts';
import { BACKENDS, type Person, type TestHouse, openTestHouse } from '../support/house.ts';
import { type ServerProcess, spawnServer } from '../support/server-process.ts';
import { timeUntil } from '../support/stopwatch.ts';
import { PLENTY } from '../proofs/a-proof.ts';
import { NEW, askForCode, typeCode } from './a-reset.ts';

const cookieOf = (browser: Browser, path: string) =>
  [...browser.cookies(path)].map(([name, value]) => `${name}=${value}`).join('; ');

/** What was open before a password was reset: dead at every process within a second. */
describe.each(BACKENDS)('afterwards (%s)', (backend) => {
  const secret = Buffer.alloc(32, 9).toString('base64');
  let house: TestHouse;
  let other: ServerProcess;
  let app: Application;
  beforeAll(async () => {
    const limits = { GATEHOUSE_BUDGETS: JSON.stringify(PLENTY) };
    house = await openTestHouse({ backend, env: { GATEHOUSE_SECRET: secret, ...limits } });
    other = await spawnServer({
      issuer: house.issuer,
      env: {
        DATABASE_URL: house.settings.DATABASE_URL,
        ...(backend === 'redis' && { REDIS_URL: process.env['TEST_REDIS'] }),
        GATEHOUSE_SECRET: secret,
        LOG_LEVEL: 'error',
      },
    });
    await other.ready();
    app = await application(house, { firstParty: true });
  }, 60_000);
  afterAll(async () => {
    await other.stop();
    await house.close();
  });

  const elsewhere = (path: string, fields: Record<string, string>) => {
    const basic = Buffer.from(`${app.id}:${app.secret}`).toString('base64');
    const headers = { authorization: `Basic ${basic}` };
    return other.ask(path, { body: new URLSearchParams(fields), headers });
  };

  /** Whether the other process still knows who this browser is. */
  async function isSignedIn(browser: Browser): Promise<boolean> {
    const { url } = await request(app, { extra: { prompt: 'none' } });
    const path = `${url.pathname}${url.search}`;
    const answer = await other.ask(path, { headers: { cookie: cookieOf(browser, '/auth') } });
    return new URL(answer.headers.get('location') ?? '').searchParams.has('code');
  }

  async function reset({ email }: Pick<Person, 'email'>): Promise<void> {
    const owner = house.browser();
    const page = await askForCode(owner, await owner.visit('/password-reset'), email);
    const home = await owner.submit(await typeCode(house, owner, page, email), {
      new_password: NEW,
    });
    expect(home.text).toContain(email);
  }

  it('every session, token and known browser of the person is dead, at another process too', async () => {
    const { tokens, browser, person } = await signIn(app, { scope: 'openid offline_access' });
    const marks = browser.cookies('/').get('gatehouse_known')?.split('.') ?? [];
    expect(await isSignedIn(browser)).toBe(true);
    expect(await knowsAddress(house.house, person.email, marks)).toBe(true);
    const token = String(tokens.refresh_token);

    await reset(person);
    const dead = async () => {
      const answer = await elsewhere('/token/introspection', { token: tokens.access_token });
      return answer.json()['active'] === false;
    };
    expect(await timeUntil(dead)).toBeLessThan(1000);
    const refreshed = await elsewhere('/token', {
      grant_type: 'refresh_token',
      refresh_token: token,
    });
    expect(field(refreshed, 'error')).toBe('invalid_grant');
    expect((await me(house, tokens.access_token)).status).toBe(401);
    expect(await isSignedIn(browser)).toBe(false);
    expect(await knowsAddress(house.house, person.email, marks)).toBe(false);
  });

  it('a code that was on its way to an application opens nothing', async () => {
    const person = await house.person();
    const browser = house.browser();
    const { url, verifier } = await request(app);
    const page = await browser.visit(url.href);
    const { email, password } = person;
    const { leftFor } = await browser.submit(page, { email, password });
    await reset(person);
    const redeemed = await elsewhere('/token', {
      grant_type: 'authorization_code',
      code: leftFor?.searchParams.get('code') ?? '',
      redirect_uri: app.redirectUri,
      code_verifier: verifier,
    });
    expect(field(redeemed, 'error')).toBe('invalid_grant');
  });

  it('what a stranger made of the address is the owner’s', async () => {
    const email = `pre-hijacked-${backend}@example.com`;
    const made = await createAccount(
      house.house,
      { email, password: 'the password of a stranger', admin: false, by: 'sign-up' },
      { actor: 'person' },
    );
    expect(made.outcome).toBe('created');
    const stranger = house.browser();
    const { url } = await request(app);
    const typed = { email, password: 'the password of a stranger' };
    const held = await stranger.submit(await stranger.visit(url.href), typed);
    expect(held.leftFor).toBeUndefined();

    await reset({ email });
    const refused = await stranger.submit(
      await stranger.visit((await request(app)).url.href),
      typed,
    );
    expect(refused.status).toBe(400);
    expect((await stranger.visit(held.url)).leftFor).toBeUndefined();
    const owner = house.browser();
    const page = await owner.visit((await request(app)).url.href);
    expect((await owner.submit(page, { email, password: NEW })).leftFor).toBeDefined();
  });
});

import * as jose from 'jose';
import * as oauth from 'openid-client';
import type { Browser } from '../support/browser.ts';
import { BACKENDS, type TestHouse, openTestHouse } from '../support/house.ts';
import {
  type Application,
  application,
  introspect,
  me,
  refresh,
  refusal,
  request,
  signIn,
} from './application.ts';
import { expectQuietLibrary } from './quiet.ts';

const AFTER = 'https://app.example/bye';

const endUrl = (extra: Record<string, string>) =>
  `/session/end?${new URLSearchParams(extra).toString()}`;

expectQuietLibrary();

describe.each(BACKENDS)('signing out (%s)', (backend) => {
  let house: TestHouse;
  let app: Application;
  beforeAll(async () => {
    house = await openTestHouse({ backend });
    app = await application(house, { firstParty: true, postLogoutRedirectUris: [AFTER] });
  });
  afterAll(() => house.close());

  const YES = { button: { name: 'logout', value: 'yes' } };

  async function signOut(browser: Browser, extra: Record<string, string> = {}) {
    const page = await browser.visit(endUrl(extra));
    expect(page.status).toBe(200);
    return browser.submit(page, {}, { action: '/session/end/confirm', ...YES });
  }

  it('goes back to the application that asked for it, with its state', async () => {
    const { browser, tokens } = await signIn(app);
    const url = oauth.buildEndSessionUrl(app.config, {
      id_token_hint: String(tokens.id_token),
      post_logout_redirect_uri: AFTER,
      state: 's-1',
    });
    const page = await browser.visit(url.href);
    const { leftFor } = await browser.submit(page, {}, { action: '/session/end/confirm', ...YES });
    expect(leftFor?.href).toBe(`${AFTER}?state=s-1`);
  });

  it('ends the session and everything that came from it, in every application', async () => {
    const other = await application(house, { firstParty: true });
    const { browser, tokens, person } = await signIn(app);
    const elsewhere = await signIn(other, { browser, person });
    const cookies = browser.cookies();
    await signOut(browser);
    for (const [owner, one] of [
      [app, tokens],
      [other, elsewhere.tokens],
    ] as const) {
      expect((await me(house, one.access_token)).status).toBe(401);
      expect(await introspect(owner, one.access_token)).toEqual({ active: false });
      expect(await refusal(refresh(owner, String(one.refresh_token)))).toBe('invalid_grant');
    }
    const thief = house.browser();
    for (const [name, value] of cookies) thief.setCookie(name, value);
    const silent = await thief.visit((await request(app, { extra: { prompt: 'none' } })).url.href);
    expect(silent.leftFor?.searchParams.get('error')).toBe('login_required');
  });

  it('can be asked for again where the database could not end the session', async () => {
    const { browser, person, tokens } = await signIn(app);
    const asking = await browser.visit(endUrl({}));
    const { db } = house.house;
    await db.$executeRaw`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
      AS $$ BEGIN RAISE EXCEPTION 'canceled' USING ERRCODE = '57014'; END $$`;
    await db.$executeRaw`CREATE TRIGGER refusal BEFORE UPDATE ON sessions
      FOR EACH ROW EXECUTE FUNCTION refuse()`;
    // Nor does what its cookie opens come back, once it is gone.
    await db.$executeRaw`CREATE TRIGGER refusal BEFORE INSERT OR UPDATE ON artifacts
      FOR EACH ROW EXECUTE FUNCTION refuse()`;
    const button = { action: '/session/end/confirm', ...YES };
    expect((await browser.submit(asking, {}, button)).status).toBe(503);
    await db.$executeRaw`DROP FUNCTION refuse CASCADE`;
    expect((await browser.visit('/session/end')).text).toContain(person.email);
    await signOut(browser);
    const living = await house.house.sessions.listLiving(person.id, house.now());
    expect(living).toEqual([]);
    expect((await me(house, tokens.access_token)).status).toBe(401);
  });

  it('leaves what was granted offline alive', async () => {
    const scope = 'openid email offline_access';
    const { browser, tokens, person } = await signIn(app, { scope });
    const bound = await signIn(app, { browser, person });
    await signOut(browser);
    expect((await me(house, bound.tokens.access_token)).status).toBe(401);
    expect((await me(house, tokens.access_token)).status).toBe(200);
    const next = await refresh(app, String(tokens.refresh_token));
    expect((await me(house, next.access_token)).status).toBe(200);
  });

  it('of one application does nothing to another browser of the same person', async () => {
    const { browser, person } = await signIn(app);
    const second = await signIn(app, { person });
    await signOut(browser);
    expect((await me(house, second.tokens.access_token)).status).toBe(200);
  });

  it('asks first, and nothing happens to who says no', async () => {
    const { browser, tokens } = await signIn(app);
    const page = await browser.visit(endUrl({}));
    expect(page.text).toContain('/session/end/confirm');
    expect((await me(house, tokens.access_token)).status).toBe(200);
  });

  it('refuses an address that is not registered, however similar', async () => {
    const { browser, tokens } = await signIn(app);
    for (const uri of [`${AFTER}/x`, `${AFTER}?a=b`, 'https://evil.example/']) {
      const answer = await browser.visit(
        endUrl({ id_token_hint: String(tokens.id_token), post_logout_redirect_uri: uri }),
      );
      expect([answer.status, answer.leftFor]).toEqual([400, undefined]);
    }
  });

  it('with a hint that cannot be verified asks the person, and goes nowhere afterwards', async () => {
    const { browser, tokens } = await signIn(app);
    const { privateKey } = await jose.generateKeyPair('RS256');
    const forged = await new jose.SignJWT(jose.decodeJwt(String(tokens.id_token)))
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .sign(privateKey);
    for (const hint of [forged, tokens.access_token, 'nonsense', `${String(tokens.id_token)}x`]) {
      const page = await browser.visit(
        endUrl({ id_token_hint: hint, post_logout_redirect_uri: AFTER, client_id: app.id }),
      );
      expect(page.status).toBe(200);
      expect(page.text).not.toContain(AFTER);
    }
    const gone = await signOut(browser, {
      id_token_hint: forged,
      post_logout_redirect_uri: AFTER,
      client_id: app.id,
    });
    expect(gone.leftFor).toBeUndefined();
    expect((await me(house, tokens.access_token)).status).toBe(401);
  });

  it('still knows an ID token that has expired', async () => {
    const { browser, tokens } = await signIn(app);
    house.turnClock(2 * 3600_000);
    const { leftFor } = await signOut(browser, {
      id_token_hint: String(tokens.id_token),
      post_logout_redirect_uri: AFTER,
    });
    house.turnClock(-2 * 3600_000);
    expect(leftFor?.href).toBe(AFTER);
  });
});

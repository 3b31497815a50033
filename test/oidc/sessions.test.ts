import { BACKENDS, type TestHouse, openTestHouse } from '../support/house.ts';
import { send } from '../support/http.ts';
import {
  type Application,
  application,
  authorize,
  me,
  redeem,
  refresh,
  refusal,
  request,
  signIn,
  throughPages,
} from './application.ts';
import { expectQuietLibrary } from './quiet.ts';

expectQuietLibrary();

const COOKIE = 'gatehouse_session';

describe.each(BACKENDS)('one browser (%s)', (backend) => {
  let house: TestHouse;
  let apps: Application[];
  beforeAll(async () => {
    house = await openTestHouse({ backend });
    apps = await Promise.all(
      Array.from({ length: 8 }, () => application(house, { firstParty: true })),
    );
  });
  afterAll(() => house.close());

  const first = () => {
    const [app] = apps;
    if (!app) throw new Error('no application');
    return app;
  };

  it('serves eight applications that authorize at once: every code is good', async () => {
    const { browser } = await signIn(first());
    for (let round = 0; round < 5; round += 1) {
      const requests = await Promise.all(
        apps.map(async (app) => ({ app, ...(await request(app)) })),
      );
      const answers = await Promise.all(
        requests.map(async (one) => ({
          ...one,
          answer: (await browser.visit(one.url.href)).leftFor ?? one.url,
        })),
      );
      const tokens = await Promise.all(answers.map((one) => redeem(one.app, one)));
      const statuses = await Promise.all(
        tokens.map(async ({ access_token }) => (await me(house, access_token)).status),
      );
      expect(statuses).toEqual(apps.map(() => 200));
      await Promise.all(
        answers.map(({ app }, i) => refresh(app, String(tokens[i]?.refresh_token))),
      );
    }
  });

  it('serves one application that asks twice at the very first moment: both codes are good', async () => {
    const { browser } = await signIn(first());
    const fresh = await application(house, { firstParty: true });
    const flows = await Promise.all([request(fresh), request(fresh), request(fresh)]);
    const answers = await Promise.all(
      flows.map(async (flow) => ({
        ...flow,
        answer: (await browser.visit(flow.url.href)).leftFor ?? flow.url,
      })),
    );
    for (const answer of answers) {
      const { access_token } = await redeem(fresh, answer);
      expect((await me(house, access_token)).status).toBe(200);
    }
  });

  it('is given another session id when somebody signs in, and again, and the old one is dead', async () => {
    const app = first();
    const browser = house.browser();
    const person = await house.person();
    await throughPages(browser, (await request(app)).url.href, person);
    const before = browser.cookies().get(COOKIE);
    const again = await request(app, { extra: { prompt: 'login' } });
    await throughPages(browser, again.url.href, person);
    const after = browser.cookies().get(COOKIE);
    expect(before && after && before !== after).toBe(true);

    const thief = house.browser();
    thief.setCookie(COOKIE, String(before));
    const { leftFor } = await thief.visit(
      (await request(app, { extra: { prompt: 'none' } })).url.href,
    );
    expect(leftFor?.searchParams.get('error')).toBe('login_required');
  });

  it('keeps its newer cookie when a request with the old one is answered late', async () => {
    const app = first();
    const browser = house.browser();
    const person = await house.person();
    await throughPages(browser, (await request(app)).url.href, person);
    const old = cookieHeader(browser.cookies());
    const again = await request(app, { extra: { prompt: 'login' } });
    await throughPages(browser, again.url.href, person);

    const late = await send((await request(app)).url.href, { headers: { cookie: old } });
    expect(late.headers.getSetCookie()).toEqual([]);
    expect(late.status).toBe(303);
    const target = new URL(String(late.headers.get('location')), house.issuer);
    expect(target.pathname).toBe('/auth');
    const { leftFor } = await browser.visit(target.href);
    expect(leftFor?.searchParams.get('code')).toBeTruthy();
  });

  it('stays signed in while it signs in again and other tabs authorize at the same time', async () => {
    const app = first();
    const { browser, person } = await signIn(app);
    const { email, password } = person;
    for (let round = 0; round < 8; round += 1) {
      const again = await request(app, { extra: { prompt: 'login' } });
      const page = await browser.visit(again.url.href);
      const others = await Promise.all(apps.map((one) => request(one)));
      const [back, ...answers] = await Promise.all([
        browser.submit(page, { email, password }),
        ...others.map(({ url }) => browser.visit(url.href)),
      ]);
      const codes = [back, ...answers].map(({ leftFor }) => leftFor?.searchParams.has('code'));
      expect(codes).toEqual(codes.map(() => true));
      const silent = await request(app, { extra: { prompt: 'none' } });
      const { leftFor } = await browser.visit(silent.url.href);
      expect(leftFor?.searchParams.get('error') ?? 'none').toBe('none');
    }
  });

  it('is sent round three times at most, and then asked to sign in', async () => {
    const app = first();
    const browser = house.browser();
    const person = await house.person();
    await throughPages(browser, (await request(app)).url.href, person);
    const old = cookieHeader(browser.cookies());
    await throughPages(
      browser,
      (await request(app, { extra: { prompt: 'login' } })).url.href,
      person,
    );
    let target = (await request(app)).url.href;
    const paths: string[] = [];
    for (let i = 0; i < 4; i += 1) {
      const { headers } = await send(target, { headers: { cookie: old } });
      target = new URL(String(headers.get('location')), house.issuer).href;
      paths.push(new URL(target).pathname.split('/')[1] ?? '');
    }
    expect(paths).toEqual(['auth', 'auth', 'auth', 'interaction']);
  });

  it('asks for the password again where the application says so, and tells when', async () => {
    const app = first();
    const { browser, person, tokens } = await signIn(app);
    house.turnClock(5000);
    for (const extra of [{ prompt: 'login' }, { max_age: '0' }, { max_age: '2' }]) {
      const { url, verifier, state } = await request(app, { extra });
      const page = await browser.visit(url.href);
      expect(page.text).toContain('name="password"');
      const answer = await throughPages(browser, url.href, person);
      const next = await redeem(app, { answer, verifier, state });
      expect(Number(next.claims()?.['auth_time'])).toBeGreaterThan(
        Number(tokens.claims()?.['auth_time']),
      );
      house.turnClock(5000);
    }
    house.turnClock(-20_000);
  });

  it('answers prompt=none without a page', async () => {
    const app = first();
    const silent = { extra: { prompt: 'none' } };
    const stranger = await house.browser().visit((await request(app, silent)).url.href);
    expect(stranger.leftFor?.searchParams.get('error')).toBe('login_required');

    const { browser } = await signIn(app);
    const known = await browser.visit((await request(app, silent)).url.href);
    expect(known.leftFor?.searchParams.get('code')).toBeTruthy();

    const third = await application(house);
    const unasked = await browser.visit((await request(third, silent)).url.href);
    expect(unasked.leftFor?.searchParams.get('error')).toBe('consent_required');
  });

  it('asks for consent once for each application and each wider wish', async () => {
    const third = await application(house);
    const { browser, person } = await signIn(third);
    const narrow = await browser.visit((await request(third)).url.href);
    expect(narrow.leftFor?.searchParams.get('code')).toBeTruthy();
    const wider = await browser.visit((await request(third, { scope: 'openid profile' })).url.href);
    expect(wider.leftFor).toBeUndefined();

    const elsewhere = await authorize(third, { person });
    expect(elsewhere.answer.searchParams.get('code')).toBeTruthy();
    const again = house.browser();
    const page = await again.visit((await request(third)).url.href);
    const after = await again.submit(page, { email: person.email, password: person.password });
    expect(after.leftFor?.searchParams.get('code')).toBeTruthy();
  });

  it('is asked to continue each time where any program could claim the redirect', async () => {
    for (const redirectUri of ['http://127.0.0.1/cb', 'com.example.app:/cb']) {
      const native = await application(house, {
        firstParty: true,
        kind: 'native',
        tokenEndpointAuthMethod: 'none',
        redirectUris: [redirectUri],
      });
      const used = redirectUri.replace('127.0.0.1', '127.0.0.1:51004');
      const app = { ...native, redirectUri: used };
      const { browser } = await signIn(app);
      const page = await browser.visit((await request(app)).url.href);
      expect([page.status, page.leftFor]).toEqual([200, undefined]);
      const silent = await browser.visit(
        (await request(app, { extra: { prompt: 'none' } })).url.href,
      );
      expect(silent.leftFor?.searchParams.get('error')).toBe('interaction_required');
      const answer = (await browser.submit(page)).leftFor;
      expect(answer?.searchParams.get('code')).toBeTruthy();
    }
  });

  it('is over when it was idle too long, for tokens too', async () => {
    const app = first();
    const { browser, tokens } = await signIn(app);
    house.turnClock(12 * 3600_000 + 60_000);
    const asked = await browser.visit((await request(app, { extra: { prompt: 'none' } })).url.href);
    const late = await refusal(refresh(app, String(tokens.refresh_token)));
    house.turnClock(-12 * 3600_000 - 60_000);
    expect(asked.leftFor?.searchParams.get('error')).toBe('login_required');
    expect(late).toBe('invalid_grant');
  });
});

function cookieHeader(cookies: Map<string, string>): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
}

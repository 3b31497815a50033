import { BACKENDS, type TestHouse, openTestHouse } from '../support/house.ts';
import type { Browser, Page } from '../support/browser.ts';
import { dumpPostgres, dumpRedis, isIn } from '../support/dumps.ts';
import { type Application, application, post, redeem, refresh, request } from './application.ts';

describe.each(BACKENDS)('whoever reads the stores (%s)', (backend) => {
  let house: TestHouse;
  let app: Application;
  beforeAll(async () => {
    house = await openTestHouse({ backend });
    app = await application(house);
  });
  afterAll(() => house.close());

  it('finds nothing that was ever handed out: no cookie, code, token, secret or password', async () => {
    const secrets = new Map<string, string>([['client secret', app.secret]]);
    const dumps: string[] = [];
    const look = async (browser: Browser) => {
      for (const path of ['/', '/auth/x', '/interaction/x']) {
        for (const [name, value] of browser.cookies(path)) {
          secrets.set(`${name} ${dumps.length}`, value);
        }
      }
      dumps.push(await dumpPostgres(house), await dumpRedis(house));
    };
    await visit(house, app, secrets, look);

    const whole = dumps.join('\n');
    expect(whole).toContain('tokens-issued');
    expect(secrets.size).toBeGreaterThan(20);
    const known = [...secrets].filter(([, value]) => value.length < 8 || isIn(whole, value));
    expect(known).toEqual([]);
  });
});

/** A person comes, is sent on, refreshes, comes back with a hint and leaves; `look` is called wherever something is kept. */
async function visit(
  house: TestHouse,
  app: Application,
  secrets: Map<string, string>,
  look: (browser: Browser) => Promise<void>,
): Promise<void> {
  const { email, password } = await house.person();
  secrets.set('password', password);
  const browser = house.browser();
  const on = async (page: Page) => {
    await look(browser);
    secrets.set(`address ${secrets.size}`, new URL(page.url).pathname.split('/')[2] ?? '');
    return page;
  };

  const pushed = String(await push(app));
  secrets.set('request_uri', pushed.split(':').at(-1) ?? '');
  await look(browser);
  const first = await on(await browser.visit(`/auth?client_id=${app.id}&request_uri=${pushed}`));
  const second = await on(await browser.submit(first, { email, password }));
  const { leftFor } = await browser.submit(second, {});
  secrets.set('code', leftFor?.searchParams.get('code') ?? '');
  await look(browser);

  const hint = await exchange(app, browser, secrets);
  await look(browser);
  const hinted = await request(app, { extra: { id_token_hint: hint, prompt: 'login' } });
  await on(await browser.visit(hinted.url.href));
  const signOut = await browser.visit(`/session/end?id_token_hint=${hint}`);
  secrets.set('sign-out form', /name="xsrf" value="([^"]+)"/.exec(signOut.text)?.[1] ?? '');
  await look(browser);
}

async function exchange(app: Application, browser: Browser, secrets: Map<string, string>) {
  const asked = await request(app);
  const { leftFor: answer = new URL('http://nowhere') } = await browser.visit(asked.url.href);
  secrets.set('second code', answer.searchParams.get('code') ?? '');
  const first = await redeem(app, { ...asked, answer });
  const second = await refresh(app, String(first.refresh_token));
  for (const [turn, tokens] of Object.entries({ first, second })) {
    secrets.set(`${turn} access token`, tokens.access_token);
    secrets.set(`${turn} refresh token`, String(tokens.refresh_token));
    secrets.set(`${turn} ID token`, String(tokens.id_token));
  }
  return String(second.id_token);
}

async function push(app: Application): Promise<unknown> {
  const { url } = await request(app);
  return (await post(app, '/request', url.searchParams)).json()['request_uri'];
}

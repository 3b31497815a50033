import { application, me, post, refresh, signIn } from '../oidc/application.ts';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { send } from '../support/http.ts';
import { noteSecret, secretsIn } from '../support/secrets-used.ts';

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.close());

it('leaves nothing of a whole journey in the log but what may be searched for', async () => {
  const app = await application(house);
  const { tokens, browser, person } = await signIn(app, { scope: 'openid email offline_access' });
  for (const name of ['access_token', 'refresh_token', 'id_token'] as const) {
    noteSecret(name, tokens[name]);
  }
  await me(house, tokens.access_token);
  const renewed = await refresh(app, tokens.refresh_token ?? '');
  noteSecret('renewed', renewed.refresh_token);
  await refresh(app, 'no-such-token-0123456789ABCDEF').catch(() => {});
  await post(app, '/token/introspection', { token: renewed.access_token });
  await post(app, '/token/revocation', { token: renewed.refresh_token ?? '' });
  await browser.visit(`/session/end?id_token_hint=${tokens.id_token}`);
  await send(`${house.issuer}/me?access_token=${tokens.access_token}`);
  await send(`${house.issuer}/nowhere/${tokens.refresh_token}?code=${tokens.refresh_token}`);
  const wrong = await browser.visit('/sign-in');
  await browser.submit(wrong, { email: person.email, password: 'wrong but secret 12345' });

  const text = house.log.text();
  expect(text.split('\n').length).toBeGreaterThan(15);
  expect(secretsIn(text)).toEqual([]);
  expect(text).not.toContain(person.email);
});

it('names every route by its template, never by its path', async () => {
  const routes = new Set(house.log.entries().map(({ route }) => route));
  expect(routes).toContain('/interaction/:uid/sign-in');
  expect([...routes].filter((route) => /[A-Za-z0-9_-]{21}/.test(String(route)))).toEqual([]);
});

it('tells of each request when it ended, how, and for whom', async () => {
  const answer = await send(`${house.issuer}/robots.txt`);
  const requestId = answer.headers.get('x-request-id');
  const line = house.log.entries().find((entry) => entry['requestId'] === requestId);
  expect(line).toMatchObject({
    level: 'info',
    msg: 'request',
    method: 'GET',
    route: '/robots.txt',
    status: 200,
    ip: '127.0.0.1',
  });
});

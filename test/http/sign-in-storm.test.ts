import { type TestHouse, openTestHouse } from '../support/house.ts';
import { send } from '../support/http.ts';
import { timed } from '../support/stopwatch.ts';
import { WIDE } from '../prove/wide-budgets.ts';

let home: TestHouse;
beforeAll(async () => {
  home = await openTestHouse({ costlyHashes: true, env: { GATEHOUSE_BUDGETS: WIDE } });
});
afterAll(() => home.close());

const SIGN_INS = 150;

it('a storm of sign-ins leaves everything else quick, and none of it without an answer', async () => {
  const client = await home.client({
    grantTypes: ['client_credentials'],
    scopes: [],
    redirectUris: [],
  });
  const browser = home.browser();
  const page = await browser.visit('/sign-in');
  const path = new URL(page.url).pathname;
  const cookie = [...browser.cookies(path)].map(([name, value]) => `${name}=${value}`).join('; ');
  const signIn = (index: number) =>
    send(page.url, {
      body: new URLSearchParams({ email: `nobody-${index}@example.com`, password: 'a wrong one' }),
      headers: { accept: 'text/html', cookie, origin: home.issuer },
    });
  const token = () =>
    send(`${home.issuer}/token`, {
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
      headers: { authorization: `Basic ${btoa(`${client.id}:${client.secret}`)}` },
    });
  const others = [
    token,
    () => send(`${home.issuer}/jwks`),
    () => send(page.url, { headers: { accept: 'text/html', cookie } }),
  ];
  for (const other of others) expect((await other()).status).toBe(200);

  const under = new Set(Array.from({ length: SIGN_INS }, (_, index) => index));
  const storm = Promise.all(
    [...under].map((index) => signIn(index).finally(() => under.delete(index))),
  );
  const times: number[] = [];
  while (under.size > 0) {
    for (const other of others) {
      const answer = await timed(other);
      expect(answer.status).toBe(200);
      times.push(answer.ms);
    }
  }
  const statuses = (await storm).map(({ status }) => status);
  expect(new Set(statuses).size).toBeLessThanOrEqual(2);
  expect(statuses.filter((status) => status === 400).length).toBeGreaterThan(20);
  expect(statuses.filter((status) => status !== 400 && status !== 503)).toEqual([]);
  expect(times.toSorted((a, b) => a - b)[Math.floor(0.9 * times.length)]).toBeLessThan(500);
});

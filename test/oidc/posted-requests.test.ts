import { type TestHouse, openTestHouse } from '../support/house.ts';
import { send } from '../support/http.ts';
import { type Application, application, request, signIn } from './application.ts';
import { expectQuietLibrary } from './quiet.ts';

expectQuietLibrary();

let house: TestHouse;
let app: Application;
beforeAll(async () => {
  house = await openTestHouse();
  app = await application(house, { firstParty: true });
});
afterAll(() => house.close());

const elsewhere = { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' };

it('an application may post its request through the browser, and finds the person signed in', async () => {
  const { browser } = await signIn(app);
  const { url } = await request(app);
  const { leftFor } = await browser.visit('/auth', { body: url.searchParams, headers: elsewhere });
  expect(leftFor?.origin).toBe('https://app.example');
  expect(leftFor?.searchParams.get('code')).toBeTruthy();
});

it('so may one that signs out', async () => {
  const { browser, tokens } = await signIn(app);
  const body = new URLSearchParams({ id_token_hint: String(tokens.id_token) });
  const page = await browser.visit('/session/end', { body, headers: elsewhere });
  expect(page.text).toContain('name="logout"');
});

it('a parameter that comes twice is refused as by GET', async () => {
  const { url } = await request(app);
  url.searchParams.append('client_id', 'another');
  const browser = house.browser();
  const page = await browser.visit('/auth', { body: url.searchParams });
  expect(page.status).toBe(400);
  expect(page.leftFor).toBeUndefined();
});

it.each([
  ['with parameters in the address too', '/auth?client_id=x', 'scope=openid'],
  ['too long for a request line', '/auth', `state=${'x'.repeat(13_000)}`],
])('%s it is refused', async (_why, path, body) => {
  const answer = await send(house.issuer + path, { body: new URLSearchParams(body) });
  expect(answer.status).toBe(400);
});

import { type TestHouse, openTestHouse } from '../support/house.ts';
import { send } from '../support/http.ts';

let home: TestHouse;
beforeAll(async () => {
  home = await openTestHouse();
});
afterAll(() => home.close());

const FORMS = ['/language', '/interaction/x/sign-in', '/interaction/x/consent'];

const post = (path: string, headers: Record<string, string>) =>
  send(`${home.issuer}${path}`, {
    headers: { accept: 'text/html', ...headers },
    body: new URLSearchParams({ language: 'fr', email: 'you@example.com', password: 'x' }),
  });

const own = () => ({ origin: home.issuer, 'sec-fetch-site': 'same-origin' });

describe.each(FORMS)('a form posted to %s', (path) => {
  it.each([
    ['from another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['from another site that claims our origin', { 'sec-fetch-site': 'cross-site', origin: 'OWN' }],
    ['from a neighbouring site', { 'sec-fetch-site': 'same-site', origin: 'OWN' }],
    ['by nobody, as from a bookmark', { 'sec-fetch-site': 'none' }],
    ['from another origin, by an older browser', { origin: 'https://evil.example' }],
    ['from an origin that begins like ours', { origin: 'OWN.evil.example' }],
    ['from a sandbox', { origin: 'null' }],
    ['from a sandbox of ours', { 'sec-fetch-site': 'same-origin', origin: 'null' }],
  ])('%s is refused', async (_from, headers: Record<string, string>) => {
    const origin = headers['origin']?.replace('OWN', home.issuer);
    const answer = await post(path, { ...headers, ...(origin && { origin }) });
    expect(answer.status).toBe(403);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(answer.headers.has('location')).toBe(false);
  });

  it.each([
    ['from our own page', { 'sec-fetch-site': 'same-origin', origin: 'OWN' }],
    ['from our own page, by an older browser', { origin: 'OWN' }],
    ['from our own page, without an origin', { 'sec-fetch-site': 'same-origin' }],
    ['by a program that is no browser', {}],
  ])('%s goes on', async (_from, headers: Record<string, string>) => {
    const origin = headers['origin']?.replace('OWN', home.issuer);
    expect((await post(path, { ...headers, ...(origin && { origin }) })).status).not.toBe(403);
  });
});

it('leaves the protocol to applications, wherever they are', async () => {
  const answer = await send(`${home.issuer}/token`, {
    headers: { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  expect(answer.status).toBe(401);
});

describe('a form that our pages cannot have sent', () => {
  const typed = 'application/x-www-form-urlencoded';
  it.each([
    ['a field twice', typed, 'language=fr&language=ru'],
    ['a NUL in a value', typed, 'language=fr%00'],
    ['a NUL in a name', typed, 'language=fr&a%00=b'],
    ['JSON', 'application/json', '{"language":"fr"}'],
    ['plain text', 'text/plain', 'language=fr'],
    ['several parts', 'multipart/form-data; boundary=x', '--x--'],
    ['another character set', `${typed}; charset=utf-16`, 'language=fr'],
    ['nothing', typed, ''],
    ['a language that we do not speak', typed, 'language=xx'],
    ['a name that objects have by themselves', typed, '__proto__=fr'],
  ])('with %s is refused', async (_what, type, body) => {
    const answer = await send(`${home.issuer}/language`, {
      headers: { ...own(), 'content-type': type },
      body,
    });
    expect(answer.status).toBe(400);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });
});

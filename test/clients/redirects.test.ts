import { type TestHouse, openTestHouse } from '../support/house.ts';
import { type Answer, send } from '../support/http.ts';

let test: TestHouse;
beforeAll(async () => {
  test = await openTestHouse();
});
afterAll(() => test.close());

function ask(clientId: string, redirectUri: string | string[]): Promise<Answer> {
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    scope: 'openid',
    state: 'a-state',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  for (const uri of [redirectUri].flat()) query.append('redirect_uri', uri);
  return send(`${test.issuer}/auth?${query.toString()}`, { headers: { Accept: 'text/html' } });
}

/** An error page, and no way out of it. */
function expectNoRedirect({ status, headers, text }: Answer): void {
  expect(status).toBe(400);
  expect(headers.get('location')).toBeNull();
  expect(headers.get('content-type')).toMatch(/^text\/html/);
  expect(text).not.toMatch(/http-equiv="?refresh|<script(?! nonce)/i);
}

it('sends nobody to an address that is not registered letter by letter', async () => {
  const registered = 'https://rp.example/cb';
  const { id } = await test.client({ redirectUris: [registered] });
  expect((await ask(id, registered)).status).toBe(303);
  const others = [
    `${registered}/x`,
    `${registered}/`,
    `${registered}?a=b`,
    `${registered}#f`,
    `${registered}%20`,
    'https://rp.example./cb',
    'https://RP.example/cb',
    'HTTPS://rp.example/cb',
    'https://rp.example/%2e%2e/cb',
    'https://rp.example/x/../cb',
    'https://rp.example:443/cb',
    'https://rp@evil.example/cb',
    'https://rp.example@@evil.example/cb',
    'https://rp.example\\@evil.example/cb',
    'https://rpXexample/cb',
    'https://rp.example.evil.example/cb',
    'http://rp.example/cb',
    '//rp.example/cb',
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)//https://rp.example/cb',
    'data:text/html,x',
    '',
    'null',
  ];
  for (const other of others) expectNoRedirect(await ask(id, other));
});

it('wants to be told which of two addresses, once', async () => {
  const redirectUris = ['https://rp.example/one', 'https://rp.example/two'];
  const { id } = await test.client({ redirectUris });
  expectNoRedirect(await ask(id, []));
  const twice = await ask(id, ['https://rp.example/one', 'https://evil.example/']);
  expect(twice.headers.get('location') ?? '').not.toContain('evil.example');
});

it('lets a native application choose its port on this device, and nothing else', async () => {
  const { id } = await test.client({
    kind: 'native',
    tokenEndpointAuthMethod: 'none',
    redirectUris: ['http://127.0.0.1/cb', 'http://[::1]/cb', 'com.example.atlas:/cb'],
  });
  for (const uri of [
    'http://127.0.0.1:51004/cb',
    'http://[::1]:51004/cb',
    'com.example.atlas:/cb',
  ]) {
    expect((await ask(id, uri)).status).toBe(303);
  }
  const others = [
    'http://localhost.evil/cb',
    'http://localhost:51004/cb',
    'http://127.0.0.1.nip.io/cb',
    'http://127.0.0.2:51004/cb',
    'http://[::1]@evil.example/cb',
    'http://127.0.0.1:51004@evil.example/cb',
    'http://127.0.0.1:51004/other',
    'https://127.0.0.1:51004/cb',
    'com.example.atlas:/cb2',
    'com.example.atlas2:/cb',
  ];
  for (const other of others) expectNoRedirect(await ask(id, other));
});

it('lets a web application choose no port', async () => {
  const { id } = await test.client({ redirectUris: ['http://127.0.0.1:8080/cb'] });
  expect((await ask(id, 'http://127.0.0.1:8080/cb')).status).toBe(303);
  expectNoRedirect(await ask(id, 'http://127.0.0.1:8081/cb'));
});

it('tells a developer what was received, what is registered and what would allow it', async () => {
  const { id } = await test.client({ redirectUris: ['https://rp.example/cb'] });
  const page = await ask(id, 'https://rp.example/callback');
  expectNoRedirect(page);
  for (const text of ['https://rp.example/callback', 'https://rp.example/cb', 'the path differs']) {
    expect(page.text).toContain(text);
  }
  expect(page.text).toContain(`npx gatehouse client update ${id} --add-redirect-uri`);
  const hopeless = await ask(id, 'http://rp.example/<script>alert(1)</script>');
  expect(hopeless.text).not.toContain('--add-redirect-uri');
  expect(hopeless.text).not.toContain('<script>alert');
});

it('knows no client by a name that is none', async () => {
  for (const id of ['nobody', 'a\0b', 'x'.repeat(3000), '../demo', 'Demo', '']) {
    expectNoRedirect(await ask(id, 'https://rp.example/cb'));
  }
});

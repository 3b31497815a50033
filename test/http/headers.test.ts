import { type TestHouse, openTestHouse } from '../support/house.ts';
import { type Answer, send } from '../support/http.ts';

let home: TestHouse;
beforeAll(async () => {
  home = await openTestHouse();
});
afterAll(() => home.close());

const html = { accept: 'text/html' };
const ask = (path: string, headers = {}) =>
  send(`${home.issuer}${path}`, { headers: { ...html, ...headers } });

/** One of every kind: page, step, library's error, our errors, library's form. */
const PAGES: [string, (path: string) => Promise<Answer>, string, number][] = [
  ['the start page', ask, '/', 200],
  ['an unknown page', ask, '/nowhere', 404],
  ['a reserved name', ask, '/account', 404],
  ['an unknown step', ask, '/interaction/unknown/sign-in', 404],
  ['a protocol error', ask, '/auth?client_id=nobody', 400],
  ['the sign-out form', ask, '/session/end', 200],
  ['another host', (path) => ask(path, { host: 'evil.example' }), '/', 421],
];

describe.each(PAGES)('%s', (_what, get, path, status) => {
  it('cannot be framed, guessed at, kept or told to others', async () => {
    const { headers, status: answered } = await get(path);
    expect(answered).toBe(status);
    expect(headers.get('content-type')).toMatch(/^text\/html; charset=utf-8$/);
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('cache-control')).toMatch(/no-store/);
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('server')).toBeNull();
  });

  it('runs no script but ours and loads nothing from elsewhere', async () => {
    const { headers, text } = await get(path);
    const policy = directives(headers);
    expect(policy.get('default-src')).toBe("'none'");
    expect(policy.get('base-uri')).toBe("'none'");
    expect(policy.get('object-src')).toBe("'none'");
    expect(policy.get('frame-ancestors')).toBe("'none'");
    expect(policy.get('style-src')).toBe("'self'");
    expect(policy.get('script-src')).toMatch(/^'nonce-[\w-]{22}'( 'sha256-[^']+')?$/);
    expect(text).not.toMatch(/ (on\w+|style)=/);
    expect(text).not.toMatch(/(src|href)="(https?:)?\/\//);
  });
});

it('gives every answer a nonce and a reference of its own', async () => {
  const [one, two] = await Promise.all([ask('/'), ask('/')]);
  expect(one.headers.get('content-security-policy')).not.toBe(
    two.headers.get('content-security-policy'),
  );
  expect(one.headers.get('x-request-id')).not.toBe(two.headers.get('x-request-id'));
});

it('takes no name for a request from a stranger', async () => {
  const { headers, text } = await ask('/nowhere', { 'x-request-id': 'stranger"><script>' });
  expect(headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
  expect(text).toContain(headers.get('x-request-id'));
  expect(text).not.toContain('stranger');
});

it('keeps forms here, except where they may end at an application', async () => {
  expect(await formAction('/')).toBe("'self'");
  expect(await formAction('/nowhere')).toBe("'self'");
  expect(await formAction('/interaction/x/consent')).toBeUndefined();
  expect(await formAction('/session/end')).toBeUndefined();
  expect(await formAction('/auth')).toBeUndefined();
});

it.each(['/reg', '/device', '/device/auth', '/account', '/admin', '/api', '/api/x'])(
  'has nothing yet at %s, which is reserved',
  async (path) => {
    expect((await ask(path)).status).toBe(404);
    expect((await send(`${home.issuer}${path}`, { method: 'POST' })).status).toBe(404);
  },
);

it('promises https for two years where it is served so, and nowhere else', async () => {
  expect((await ask('/')).headers.get('strict-transport-security')).toBeNull();
  const secure = await openTestHouse({
    env: { ISSUER: 'https://id.example', GATEHOUSE_DEVELOPMENT: 'remote' },
  });
  const { headers } = await send(`http://127.0.0.1:${secure.settings.PORT}/`, {
    headers: { host: 'id.example' },
  });
  expect(headers.get('strict-transport-security')).toBe('max-age=63072000');
  await secure.close();
});

it('asks robots to stay away, and tells where to report a hole', async () => {
  expect((await ask('/robots.txt')).text).toBe('User-agent: *\nDisallow: /\n');
  const { text } = await ask('/.well-known/security.txt');
  expect(text).toMatch(/^Contact: http/m);
  expect(Date.parse(/^Expires: (.+)$/m.exec(text)?.[1] ?? '')).toBeGreaterThan(Date.now());
});

it('answers a program in its own words', async () => {
  const { text, headers } = await send(`${home.issuer}/nowhere`, {
    headers: { accept: 'application/json' },
  });
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  expect(Object.keys(JSON.parse(text))).toEqual(['error', 'error_description']);
});

async function formAction(path: string): Promise<string | undefined> {
  return directives((await ask(path)).headers).get('form-action');
}

function directives(headers: Headers): Map<string, string> {
  const policy = headers.get('content-security-policy') ?? '';
  return new Map(
    policy.split(/; ?/).map((directive): [string, string] => {
      const [name = '', ...values] = directive.split(' ');
      return [name, values.join(' ')];
    }),
  );
}

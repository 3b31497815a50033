import { openLogger } from '../../src/logging/logger.ts';
import { scrubbed } from '../../src/logging/redaction.ts';
import { collectLog } from '../support/log-lines.ts';

const RANDOM = 'q3Zk-9vX_1LmPwYtR7sBcD2eFgHjKnUa';

describe('a text', () => {
  it.each([
    ['a token', 'failed for eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'],
    ['a bearer', 'Authorization: Bearer abc.def'],
    ['credentials in an address', 'connect postgres://gatehouse:hunter2@db:5432/x'],
    ['a query', 'GET /auth?client_id=x&state=hunter2 failed'],
    ['a named password', 'password=hunter2 was refused'],
    ['a password in JSON', '{"password":"hunter2"}'],
    ['a hash', 'stored $argon2id$v=19$m=19456$c2FsdA$aGFzaA'],
    ['a random value', `code ${RANDOM} not found`],
    ['a digest', `no row ${'0123456789abcdef'.repeat(4)}`],
    ['a mail address', 'no such person you@example.com'],
  ])('loses %s', (_what, text) => {
    const clear = scrubbed(text);
    expect(clear).toMatch(/\[(hidden|address)\]/);
    expect(clear).not.toMatch(/hunter2|abc\.def|eyJ|argon2id|you@example|q3Zk|0123456789/);
  });

  it.each([
    'The feed of changes was lost; caches ask the database.',
    'request 1e2d3c4b-5a69-4788-9a0b-1c2d3e4f5061 failed',
    'at PrismaClientKnownRequestError (/srv/gatehouse/src/stores/postgres/accounts.ts:12:3)',
    'port 3000 on 127.0.0.1',
  ])('keeps what is of use: %s', (text) => {
    expect(scrubbed(text)).toBe(text);
  });
});

function logged(fields: object): Record<string, unknown> {
  const lines = collectLog();
  openLogger({ level: 'debug', to: lines.stream }).error(fields, 'something');
  return lines.entries()[0] ?? {};
}

describe('a logged object', () => {
  it('loses what goes under the name of a secret, however deep', () => {
    const line = logged({
      client_secret: 'hunter2',
      request: { headers: { cookie: 'hunter2' }, body: 'hunter2', list: [{ password: 'hunter2' }] },
      refreshToken: 'hunter2',
    });
    expect(JSON.stringify(line)).not.toContain('hunter2');
  });

  it('keeps identifiers, numbers and names', () => {
    const fields = { requestId: RANDOM, clientId: RANDOM, kid: RANDOM, ms: 12, route: '/token' };
    expect(logged(fields)).toMatchObject(fields);
  });

  it('keeps of an error only what every error has, and its cause', () => {
    const cause = Object.assign(new Error('password=hunter2'), { query: 'hunter2', code: '23505' });
    const error = Object.assign(new Error('outer', { cause }), { request: { secret: 'hunter2' } });
    const line = logged({ err: error });
    expect(JSON.stringify(line)).not.toContain('hunter2');
    expect(line['err']).toMatchObject({
      type: 'Error',
      message: 'outer',
      cause: { code: '23505', message: 'password=[hidden]' },
    });
  });

  it('survives what refers to itself', () => {
    const loop: Record<string, unknown> = { name: 'loop' };
    loop['self'] = loop;
    expect(logged({ loop })).toMatchObject({ msg: 'something' });
  });
});

import { generateKeyPairSync, sign } from 'node:crypto';
import { ensureKeys } from '../../src/keys/make-keys.ts';
import { revokeKey } from '../../src/keys/revoke.ts';
import type { OpenKeyRing } from '../../src/keys/open-key-ring.ts';
import { verifyHint, verifyOwn } from '../../src/oidc/own-tokens.ts';
import { issueToken } from '../keys/issue-token.ts';
import { DAY_S, HOUR_S, type KeyHouse, keyHouse } from '../keys/key-house.ts';

const issuer = 'http://localhost:3000';
let house: KeyHouse;
let ring: OpenKeyRing;
beforeEach(async () => {
  house = await keyHouse();
  await ensureKeys(house.deps);
  ring = await house.openRing();
});
afterEach(() => house.close());

const nowS = () => Math.floor(house.now().getTime() / 1000);
const claims = (more: object = {}) => ({
  iss: issuer,
  sub: 'you',
  aud: 'app',
  iat: nowS(),
  exp: nowS() + 60,
  ...more,
});
const read = (jwt: string) => verifyOwn(ring, jwt, { issuer, typ: 'at+jwt', now: house.now() });
const hint = (jwt: string, clientId = 'app') => verifyHint(ring, jwt, { issuer, clientId });
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('an access token of ours', () => {
  it('is read with its claims', async () => {
    const token = await issueToken(ring, claims({ gid: 'grant-1', scope: 'openid' }));
    expect(read(token)?.payload).toMatchObject({ gid: 'grant-1', sub: 'you', aud: 'app' });
  });

  it.each([
    ['of another type', {}, { typ: 'JWT' }],
    ['without a type', {}, {}],
    ['of another issuer', { iss: 'http://evil.example' }, undefined],
    ['that has expired', { exp: 1 }, undefined],
    ['without an end', { exp: undefined }, undefined],
    ['with an extension that must be understood', {}, { typ: 'at+jwt', crit: ['b64'], b64: false }],
    ['with another algorithm', {}, { typ: 'at+jwt', alg: 'PS256' }],
    ['without a signature algorithm', {}, { typ: 'at+jwt', alg: 'none' }],
  ])('is not one %s', async (_, change, header) => {
    expect(read(await issueToken(ring, claims(change), header))).toBeUndefined();
  });

  it('is not one that somebody changed, or signed with a key of theirs', async () => {
    const token = await issueToken(ring, claims());
    const [head = '', , signature = ''] = token.split('.');
    expect(read(`${head}.${encode(claims({ sub: 'somebody' }))}.${signature}`)).toBeUndefined();
    expect(read(`${head}.${encode(claims())}.`)).toBeUndefined();
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const input = `${head}.${encode(claims())}`;
    const theirs = sign('sha256', Buffer.from(input), privateKey).toString('base64url');
    expect(read(`${input}.${theirs}`)).toBeUndefined();
  });

  it('is not one under a revoked key', async () => {
    const token = await issueToken(ring, claims());
    expect(read(token)).toBeDefined();
    await revokeKey(house.deps, ring.current.kid);
    await ring.reread();
    expect(read(token)).toBeUndefined();
  });

  it.each(['', '.', '..', 'a.b.c', 'a.b.c.d', `${encode(null)}.${encode(null)}.x`, '\0.\0.\0'])(
    'is not %j',
    (text) => {
      expect(read(text)).toBeUndefined();
      expect(hint(text)).toBeUndefined();
    },
  );
});

describe('an ID token as a hint', () => {
  it('counts for its own client, also long after it has expired', async () => {
    const token = await issueToken(ring, claims({ aud: ['app', 'other'] }), {});
    house.turn(30 * DAY_S);
    expect(hint(token)?.payload.sub).toBe('you');
    expect(hint(token, 'stranger')).toBeUndefined();
  });

  it('counts while its key has retired less than 90 days ago', async () => {
    const token = await issueToken(ring, claims(), {});
    house.turn(90 * DAY_S + HOUR_S + 120 + 89 * DAY_S);
    expect(hint(token)).toBeDefined();
    expect(read(token)).toBeUndefined();
    house.turn(2 * DAY_S);
    expect(hint(token)).toBeUndefined();
  });

  it('is never an access token or a logout token', async () => {
    for (const typ of ['at+jwt', 'application/at+jwt', 'AT+JWT', 'logout+jwt']) {
      expect(hint(await issueToken(ring, claims(), { typ }))).toBeUndefined();
    }
  });

  it('does not count under a revoked key', async () => {
    const token = await issueToken(ring, claims(), {});
    await revokeKey(house.deps, ring.current.kid);
    await ring.reread();
    expect(hint(token)).toBeUndefined();
  });
});

import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import type { Evidence, KeptAccount } from './evidence.ts';
import { judge } from './judge.ts';
import type { Call, Fact, NewFact } from './record.ts';

const ISSUER = 'https://id.example';
const [ADA, BOB] = ['0123456789abcdef@example.com', 'fedcba9876543210@example.com'];

const keys = await generateKeyPair('RS256', { extractable: true });
const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256' }] };
const token = (sub: string, key = keys.privateKey) =>
  new SignJWT({ sub })
    .setProtectedHeader({ alg: 'RS256', kid: 'one' })
    .setIssuer(ISSUER)
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(key);

const ACCOUNT: KeptAccount = {
  email: ADA,
  hash: '$argon2id$v=19$m=19456,t=2,p=1$x$y',
  passwordChanged: true,
  leaves: 1,
  exchanges: 1,
  sessions: 1,
  signedIn: 1,
  created: 1,
  resets: 1,
  resetProofs: 1,
};

const KINDS = { mostTries: 5, exchanges: 1, exchangesTold: 1, rotations: 1, rotationsTold: 1 };

interface Case {
  facts?: NewFact[];
  calls?: Partial<Call>[];
  account?: Partial<KeptAccount>;
  evidence?: Partial<Evidence>;
}

async function found({ facts = [], calls = [], account = {}, evidence = {} }: Case) {
  const at = performance.now();
  const findings = await judge({
    facts: facts.map((fact): Fact => ({ at, ...fact })),
    calls: calls.map((call) => ({ ...CALL, ...call })),
    evidence: {
      issuer: ISSUER,
      jwks,
      accounts: [{ ...ACCOUNT, ...account }],
      taken: [],
      kept: [],
      kinds: KINDS,
      ...evidence,
    },
  });
  return findings.map(({ invariant, is }) => `${invariant} ${is}`);
}

const CALL: Call = {
  kind: 'me',
  what: 'GET /me',
  startedAt: 0,
  endedAt: 1,
  status: 200,
  saysWhen: false,
  of: ADA,
  seen: [ADA],
};

const welcome = { id: '1', to: ADA, template: 'welcome' };
const promised = { is: 'promised', email: ADA, template: 'password-reset' } as const;
const begun = { is: 'begun', kind: 'sign-in', visit: 1 } as const;
const issued = (jwt: string, of: string, scope = 'openid email') =>
  ({ is: 'issued', jwt, of, scope }) as const;

it('finds nothing where all is as promised', async () => {
  expect(
    await found({
      calls: [{}],
      facts: [
        begun,
        { is: 'ended', kind: 'sign-in', visit: 1, how: 'done', anew: 0 },
        { is: 'redeemed', code: 'a' },
        { is: 'session', of: ADA, cookie: 'a' },
        { is: 'replayed', code: 'a', status: 400 },
        { is: 'refreshed-at-once', answers: ['b', 'b'] },
        { is: 'account-made', email: ADA },
        { is: 'password-set', email: ADA, password: 'x' },
        issued(await token('1'), ADA),
        promised,
      ],
      evidence: {
        taken: [welcome, { id: '2', to: ADA, template: 'password-reset' }],
        kept: ['1', '2'],
      },
    }),
  ).toEqual([]);
});

const other = await generateKeyPair('RS256');

it.each<[string, Case, string]>([
  ['a visit that never ended', { facts: [begun] }, 'visits lost'],
  [
    'a code that gave tokens twice',
    {
      facts: [
        { is: 'redeemed', code: 'a' },
        { is: 'redeemed', code: 'a' },
      ],
    },
    'I-1 duplicated',
  ],
  [
    'a stolen code that gave tokens',
    { facts: [{ is: 'replayed', code: 'a', status: 200 }] },
    'I-1 duplicated',
  ],
  [
    'a token that outlived its session',
    { facts: [{ is: 'outlived', what: 'a session', status: 200 }] },
    'I-2, I-10 wrong',
  ],
  ['two chains of one code', { account: { leaves: 2 } }, 'I-3 duplicated'],
  [
    'an application that cannot go on',
    { facts: [{ is: 'stranded', error: '400', sinceMs: 1, unanswered: 0 }] },
    'I-4 lost',
  ],
  [
    'two successors of one token',
    { facts: [{ is: 'refreshed-at-once', answers: ['a', 'b'] }] },
    'I-5 duplicated',
  ],
  [
    'an account that is not there',
    {
      facts: [{ is: 'account-made', email: BOB }],
      evidence: { taken: [{ ...welcome, to: BOB }], kept: ['1'] },
    },
    'I-9 lost',
  ],
  [
    'a subject that changed',
    { facts: [issued(await token('1'), ADA), issued(await token('2'), ADA)] },
    'I-11 wrong',
  ],
  [
    'a subject of two people',
    { facts: [issued(await token('1'), ADA), issued(await token('1'), BOB)] },
    'I-11 wrong',
  ],
  [
    'a code that was tried too often',
    { evidence: { kinds: { ...KINDS, mostTries: 6 } } },
    'I-6 wrong',
  ],
  ['two resets of one proof', { account: { resets: 2 } }, 'I-8 duplicated'],
  [
    'a session of two people',
    {
      facts: [
        { is: 'session', of: ADA, cookie: 'a' },
        { is: 'session', of: BOB, cookie: 'a' },
      ],
    },
    'I-12 wrong',
  ],
  ['a code that gave nothing', { evidence: { kinds: { ...KINDS, exchanges: 2 } } }, 'I-15 lost'],
  [
    'a refresh token that gave nothing',
    { evidence: { kinds: { ...KINDS, rotations: 2 } } },
    'I-15 lost',
  ],
  ['a mail that never came', { facts: [promised] }, 'I-13 lost'],
  [
    'a mail that came twice',
    { evidence: { taken: [welcome, welcome], kept: ['1'] } },
    'I-13 duplicated',
  ],
  ['a mail without a record', { evidence: { taken: [welcome] } }, 'I-13 wrong'],
  [
    'a token of a strange key',
    { facts: [issued(await token('1', other.privateKey), ADA)] },
    'I-14 wrong',
  ],
  ['a hash that is none', { account: { hash: 'x' } }, 'I-16 wrong'],
  [
    'a password that was not kept',
    {
      account: { passwordChanged: false },
      facts: [{ is: 'password-set', email: ADA, password: 'x' }],
    },
    'I-16 lost',
  ],
  ['a session that nobody signed in to', { account: { signedIn: 0 } }, 'I-17 wrong'],
  [
    'a scope that was not asked for',
    { facts: [issued(await token('1'), ADA, 'openid admin')] },
    'I-20 wrong',
  ],
  ["somebody else's address", { calls: [{ seen: [BOB] }] }, 'I-21 wrong'],
])('finds %s', async (_what, seen, expected) => {
  expect(await found(seen)).toEqual([expected]);
});

import { setTimeout } from 'node:timers/promises';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { keyCare } from '../../src/furnish.ts';
import { rotateNow } from '../../src/keys/rotate.ts';
import { POLICY } from '../keys/vault-house.ts';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { type Answer, send } from '../support/http.ts';
import { timeOf, timeUntil } from '../support/stopwatch.ts';
import { type VaultMood, type VaultServer, openVaultServer } from '../support/vault-server.ts';
import { type TransitEngine, transitEngine } from '../support/vault-transit.ts';
import {
  type Application,
  application,
  authorize,
  field,
  me,
  post,
  signIn,
} from './application.ts';
import { expectQuietLibrary } from './quiet.ts';

expectQuietLibrary();

let server: VaultServer;
let engine: TransitEngine;
let house: TestHouse;
let app: Application;

beforeAll(async () => {
  server = await openVaultServer();
  engine = transitEngine();
  server.mount('transit', engine);
  server.policies.write('gatehouse', POLICY);
  house = await openTestHouse({
    env: {
      // The keys that stand in every house are of another secret: this one begins with its own.
      GATEHOUSE_SECRET: Buffer.alloc(32, 'a').toString('base64'),
      VAULT_ADDR: server.url,
      VAULT_TOKEN: server.tokens.issue({ policies: ['gatehouse'] }),
      VAULT_TRANSIT_KEY: 'gatehouse',
    },
  });
  app = await application(house, { firstParty: true });
  await signIn(app);
});
afterAll(async () => {
  await house.close();
  await server.close();
});
afterEach(async () => {
  server.become('well');
  engine.misbehave(undefined);
  await recovered();
});

const exchange = (refresh_token: string) =>
  post(app, '/token', { grant_type: 'refresh_token', refresh_token });

async function redemption() {
  const { answer, verifier } = await authorize(app);
  const fields = {
    grant_type: 'authorization_code',
    code: String(answer.searchParams.get('code')),
    redirect_uri: app.redirectUri,
    code_verifier: verifier,
  };
  return () => post(app, '/token', fields);
}

const keysShown = async () => {
  const { keys } = Object((await send(`${house.issuer}/jwks`)).json());
  return Object(keys).length;
};

const kid = (token: string) => decodeProtectedHeader(token).kid;

const recovered = async () => {
  const { tokens } = await signIn(app).catch(() => ({ tokens: undefined }));
  if (tokens === undefined) await setTimeout(600);
};

it('tokens are signed in Vault, and anybody can verify them with /jwks', async () => {
  const { tokens } = await signIn(app);
  const keys = createRemoteJWKSet(new URL(`${house.issuer}/jwks`));
  for (const token of [tokens.access_token, String(tokens.id_token)]) {
    await jwtVerify(token, keys, { issuer: house.issuer });
  }
  expect((await me(house, tokens.access_token)).status).toBe(200);
  expect(engine.orders().length).toBeGreaterThanOrEqual(2);
});

it('a version that was made in Vault stands in /jwks within two seconds', async () => {
  const before = await keysShown();
  engine.operate('keys/gatehouse/rotate');
  expect(await timeUntil(async () => (await keysShown()) !== before)).toBeLessThan(2000);
  expect(await keysShown()).toBe(before + 1);
});

const MOODS: VaultMood[] = ['sealed', 'standby', 'forbidden', 'reset', 'rubbish', { slowMs: 2000 }];

describe.each(MOODS)('while Vault is %j', (mood) => {
  it('nothing is burned, everything else goes on, and it is over within two seconds', async () => {
    const { tokens } = await signIn(app);
    const redeem = await redemption();
    server.become(mood);
    let refused: Answer[] = [];
    const ms = await timeOf(async () => {
      refused = await Promise.all([exchange(String(tokens.refresh_token)), redeem()]);
    });
    expect(ms).toBeLessThan(1500);
    for (const answer of refused) {
      expect([answer.status, field(answer, 'error')]).toEqual([503, 'temporarily_unavailable']);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await send(`${house.issuer}/jwks`)).status).toBe(200);
    expect((await me(house, tokens.access_token)).status).toBe(200);
    server.become('well');
    expect(await timeUntil(async () => (await redeem()).status === 200)).toBeLessThan(2000);
    expect((await exchange(String(tokens.refresh_token))).status).toBe(200);
  });
});

it('both signatures of an answer are asked for before either is there', async () => {
  const { tokens } = await signIn(app);
  const redeem = await redemption();
  for (const ask of [redeem, () => exchange(String(tokens.refresh_token))]) {
    const before = server.asked.length;
    server.become('hang', ({ path }) => path.startsWith('transit/sign/'));
    const answer = ask();
    const signs = () =>
      server.asked.slice(before).filter((one) => one.includes(' transit/sign/')).length;
    expect(await timeUntil(async () => signs() === 2)).toBeLessThan(900);
    expect((await answer).status).toBe(503);
    server.become('well');
    await recovered();
  }
});

it('a signature of another kind becomes no token, and the operator hears of it', async () => {
  const { tokens } = await signIn(app);
  engine.misbehave('pss');
  expect((await exchange(String(tokens.refresh_token))).status).toBe(503);
  expect(house.log.text()).toContain('does not verify');
  engine.misbehave(undefined);
  expect((await exchange(String(tokens.refresh_token))).status).toBe(200);
  expect(house.log.text()).toContain('Vault gives signatures again');
});

it('a rotation lets another version sign; what was signed before stays good', async () => {
  const { tokens } = await signIn(app);
  house.turnClock(12 * 60_000);
  await rotateNow(keyCare(house.house, { actor: 'cli' }));
  const next = await signIn(app);
  expect(kid(next.tokens.access_token)).not.toBe(kid(tokens.access_token));
  const keys = createRemoteJWKSet(new URL(`${house.issuer}/jwks`));
  await jwtVerify(String(tokens.id_token), keys, { currentDate: house.now() });
});

it('a house that may not sign does not open, and is told the way out', async () => {
  server.policies.write('reader', {
    'transit/keys/+': ['read', 'update'],
    'transit/keys/+/rotate': ['update'],
  });
  const opening = openTestHouse({
    env: {
      VAULT_ADDR: server.url,
      VAULT_TOKEN: server.tokens.issue({ policies: ['reader'] }),
      VAULT_TRANSIT_KEY: 'another',
    },
  });
  await expect(opening).rejects.toThrow(/refuses transit\/sign\/another.*docs\/operating.md/);
});

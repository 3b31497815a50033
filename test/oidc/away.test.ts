import { BACKENDS, type TestHouse, openTestHouse } from '../support/house.ts';
import { send } from '../support/http.ts';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { SignerAway } from '../../src/keys/key-ring.ts';
import { RingKey } from '../../src/oidc/ring-key.ts';
import {
  type Application,
  application,
  authorize,
  field,
  me,
  post,
  request,
  signIn,
} from './application.ts';
import { expectQuietLibrary } from './quiet.ts';

expectQuietLibrary();

/** Puts another implementation in the place of a method, until the test is over. */
const undo: (() => void)[] = [];
function replace(target: object, name: string, by: (original: unknown) => unknown): void {
  const original: unknown = Reflect.get(target, name);
  undo.push(() => Reflect.set(target, name, original));
  Reflect.set(target, name, by(original));
}
afterEach(() => {
  for (const step of undo.splice(0)) step();
});

/** The n-th signature from now fails, and those after it do not. */
function signerAwayAt(nth: number): void {
  let signatures = 0;
  replace(
    RingKey.prototype,
    'sign',
    (original) =>
      function sign(this: RingKey, data: Uint8Array): unknown {
        signatures += 1;
        if (signatures === nth) throw new SignerAway('gone');
        return Reflect.apply(Object(original), this, [data]);
      },
  );
}

const refused = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

/** Statements that match fail as if the database had gone. */
function databaseAway(matching = /./): void {
  replace(
    Client.prototype,
    'query',
    (original) =>
      function query(this: Client, ...args: unknown[]): unknown {
        const text = String(Object(args[0]).text ?? args[0]);
        if (!matching.test(text)) return Reflect.apply(Object(original), this, args);
        const callback = args.find((one) => typeof one === 'function');
        if (typeof callback !== 'function') return Promise.reject(refused());
        setImmediate(() => Reflect.apply(callback, undefined, [refused()]));
        return undefined;
      },
  );
}

function redisAway(): void {
  replace(Redis.prototype, 'sendCommand', () => () => Promise.reject(refused()));
}

function expectAway(answer: Awaited<ReturnType<typeof post>>): void {
  expect([answer.status, field(answer, 'error')]).toEqual([503, 'temporarily_unavailable']);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(answer.headers.get('cache-control')).toContain('no-store');
}

describe.each(BACKENDS)('while a part is away (%s)', (backend) => {
  let house: TestHouse;
  let app: Application;
  beforeAll(async () => {
    house = await openTestHouse({ backend });
    app = await application(house, { firstParty: true });
    await signIn(app);
  });
  afterAll(() => house.close());

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

  it.each([1, 2])('the signer, at signature %i, a refresh token is not burned', async (nth) => {
    const { tokens } = await signIn(app);
    const value = String(tokens.refresh_token);
    signerAwayAt(nth);
    expectAway(await exchange(value));
    expect((await exchange(value)).status).toBe(200);
  });

  it.each([1, 2])('the signer, at signature %i, a code is not burned', async (nth) => {
    const redeem = await redemption();
    signerAwayAt(nth);
    expectAway(await redeem());
    const answer = await redeem();
    expect(answer.status).toBe(200);
    expect((await me(house, field(answer, 'access_token'))).status).toBe(200);
  });

  it.each([
    ['when it is looked for', /FROM refresh_tokens/],
    ['when the new one is written', /INSERT INTO refresh_tokens/],
  ])('the database, %s, a refresh token is not burned', async (_when, statement) => {
    const { tokens } = await signIn(app);
    const value = String(tokens.refresh_token);
    databaseAway(statement);
    expectAway(await exchange(value));
    undo.splice(0).forEach((step) => step());
    expect((await exchange(value)).status).toBe(200);
  });

  it.each([
    ['when its grant is looked for', /FROM grants/],
    ['when the first refresh token is written', /INSERT INTO refresh_tokens/],
  ])('the database, %s, a code is not burned', async (_when, statement) => {
    const redeem = await redemption();
    databaseAway(statement);
    expectAway(await redeem());
    undo.splice(0).forEach((step) => step());
    expect((await redeem()).status).toBe(200);
  });

  it('every store, pages and endpoints say so, and /jwks and discovery go on', async () => {
    const { tokens, browser } = await signIn(app);
    databaseAway();
    redisAway();
    expectAway(await exchange(String(tokens.refresh_token)));
    expectAway(await post(app, '/token/introspection', { token: tokens.access_token }));
    expect((await me(house, tokens.access_token)).status).toBe(503);
    const page = await browser.visit((await request(app)).url.href);
    expect([page.status, page.headers.get('retry-after') === null]).toEqual([503, false]);
    expect(page.headers.get('content-type')).toContain('text/html');
    for (const path of ['/jwks', '/.well-known/openid-configuration']) {
      expect((await send(`${house.issuer}${path}`)).status).toBe(200);
    }
    undo.splice(0).forEach((step) => step());
    expect((await me(house, tokens.access_token)).status).toBe(200);
  });

  it('Redis alone, tokens are refreshed and checked as ever', async () => {
    const { tokens } = await signIn(app);
    redisAway();
    expect((await exchange(String(tokens.refresh_token))).status).toBe(200);
    expect((await me(house, tokens.access_token)).status).toBe(200);
  });
});

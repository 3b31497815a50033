import { jest } from '@jest/globals';
import * as jose from 'jose';
import { digest } from '../../src/crypto/digest.ts';
import { BACKENDS, type TestHouse, openTestHouse } from '../support/house.ts';
import type { Answer } from '../support/http.ts';
import { timeUntil, timed } from '../support/stopwatch.ts';
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.ts';
import { type Application, application, authorize, introspect, me, within } from './application.ts';
import { type Replica, openReplica } from './replica.ts';

/** More of them prove more: PROVE_ROUNDS=100. */
const ROUNDS = Number(process.env['PROVE_ROUNDS'] ?? 1);
jest.setTimeout(30_000 + ROUNDS * 5000);

const isExchange = (sent: string) => sent.includes('{"grantType":"authorization_code"}');

function expectTokens(answer: Answer): string {
  expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('refresh_token')]);
  return String(answer.json()['access_token']);
}

/*
 * The database does what it is asked, and its answer never arrives. Codes live in PostgreSQL or Redis; what they are
 * exchanged for lives in PostgreSQL alone.
 */
describe.each(BACKENDS)('a code whose exchange is not heard of (%s)', (backend) => {
  let house: TestHouse;
  let app: Application;
  let proxy: TcpProxy;
  /** Its database is behind the proxy. */
  let unlucky: Replica;
  let lucky: Replica;
  /** As lucky, and takes over sooner than anybody should: what is proved with it takes less long. */
  let hasty: Replica;
  beforeAll(async () => {
    house = await openTestHouse({ backend });
    app = await application(house);
    const { hostname } = new URL(String(house.settings.DATABASE_URL));
    proxy = await tcpProxy({ path: `${decodeURIComponent(hostname)}/.s.PGSQL.5432` });
    unlucky = await openReplica(house, { proxy });
    lucky = await openReplica(house);
    hasty = await openReplica(house, { takeOverS: 0.2 });
  });
  // Clients are known, statements prepared, and what the test before did to its connections is over.
  beforeEach(async () => {
    await timeUntil(async () => (await (await newCode()).redeem(unlucky)).status === 200);
  });
  afterEach(() => proxy.heal());
  afterAll(async () => {
    await Promise.all([unlucky.close(), lucky.close(), hasty.close()]);
    await proxy.close();
    await house.close();
  });

  /** Of somebody new: what is ended with one code ends no other. */
  async function newCode() {
    const { answer, verifier } = await authorize(app);
    const code = String(answer.searchParams.get('code'));
    const fields = { code, code_verifier: verifier, redirect_uri: app.redirectUri };
    const body = new URLSearchParams({ grant_type: 'authorization_code', ...fields });
    const basic = Buffer.from(`${app.id}:${app.secret}`).toString('base64');
    const redeem = (replica: Replica): Promise<Answer> =>
      replica.ask('/token', { body, headers: { authorization: `Basic ${basic}` } });
    let exchanged = false;
    /** The next that tells of the code once it was exchanged. */
    const isConfirmation = (sent: string) => {
      if (exchanged) return sent.includes(digest(code));
      exchanged = isExchange(sent);
      return false;
    };
    return { redeem, isConfirmation, id: digest(code) };
  }

  async function expectLives(token: string): Promise<void> {
    expect((await me(house, token)).status).toBe(200);
  }

  async function expectReplayEndsIt(again: Answer, token: string): Promise<void> {
    expect([again.status, again.json()['error']]).toEqual([400, 'invalid_grant']);
    expect((await me(house, token)).status).toBe(401);
    expect(await introspect(app, token)).toEqual({ active: false });
  }

  async function expectSavedOnce(token: string): Promise<void> {
    const { gid, sub } = jose.decodeJwt(token);
    const { db, audit } = house.house;
    expect(await db.refreshToken.count({ where: { grantId: String(gid) } })).toBe(1);
    const all = { limit: 10, accountId: String(sub) };
    expect(await audit.list({ ...all, name: 'tokens-issued' })).toHaveLength(1);
  }

  it('is asked for once more where the connection was cut, and nobody notices', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { redeem } = await newCode();
      const lost = proxy.loseAnswer(isExchange, 'cutOnce');
      const token = expectTokens(await redeem(unlucky));
      await lost;
      await expectLives(token);
      await expectSavedOnce(token);
      await expectReplayEndsIt(await redeem(lucky), token);
    }
  });

  it.each(['cut', 'blackHole'] as const)(
    'gives its tokens to the client that comes again after a 503 (%s)',
    async (way) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const { redeem } = await newCode();
        const lost = proxy.loseAnswer(isExchange, way);
        const failed = await timed(() => redeem(unlucky));
        await lost;
        expect([failed.status, failed.json()['error']]).toEqual([503, 'temporarily_unavailable']);
        expect(failed.ms).toBeLessThan(3000);
        const token = expectTokens(await redeem(hasty));
        await expectLives(token);
        await expectSavedOnce(token);
        await expectReplayEndsIt(await redeem(lucky), token);
        proxy.heal();
      }
    },
  );

  it('gives them to one of many that come again at once', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { redeem } = await newCode();
      const lost = proxy.loseAnswer(isExchange, 'cut');
      expect((await redeem(unlucky)).status).toBe(503);
      await lost;
      const answers = await Promise.all(Array.from({ length: 20 }, () => redeem(lucky)));
      const won = answers.filter(({ status }) => status === 200);
      const refused = answers.filter(({ status }) => status !== 200);
      expect(won).toHaveLength(1);
      for (const one of refused) expect(one.json()['error']).toBe('invalid_grant');
      await expectLives(String(won[0]?.json()['access_token']));
      proxy.heal();
    }
  });

  it.each(['cutOnce', 'cut', 'blackHole'] as const)(
    'is answered when the tokens are known to be saved, and ends them when it comes back (%s)',
    async (way) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const { redeem, isConfirmation } = await newCode();
        const lost = proxy.loseAnswer(isConfirmation, way);
        const token = expectTokens(await redeem(unlucky));
        await lost;
        proxy.heal();
        await expectLives(token);
        const where = { answeredAt: null };
        const confirmed = async () => (await house.house.db.codeExchange.count({ where })) === 0;
        expect(await within(5000, confirmed)).toBe(true);
        await expectReplayEndsIt(await redeem(lucky), token);
      }
    },
  );

  it('is not answered by a server that slept until another had taken its place', async () => {
    const { redeem, id } = await newCode();
    const { codeExchanges } = unlucky.parts;
    const confirm = codeExchanges.confirm.bind(codeExchanges);
    const [asleep, awake] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    codeExchanges.confirm = async (...asked) => {
      if (asked[0] === id) {
        asleep.resolve();
        await awake.promise;
      }
      return confirm(...asked);
    };
    const slept = redeem(unlucky);
    await asleep.promise;
    const token = expectTokens(await redeem(hasty));
    awake.resolve();
    codeExchanges.confirm = confirm;
    expect((await slept).json()['error']).toBe('invalid_grant');
    await expectLives(token);
  });
});

import * as jose from 'jose';
import { SignerAway } from '../../src/keys/key-ring.ts';
import type { Furniture } from '../../src/rooms.ts';
import { StoreAway } from '../../src/transactions/store-away.ts';
import type { Browser } from '../support/browser.ts';
import { BACKENDS, type Person, type TestHouse, openTestHouse } from '../support/house.ts';
import type { Answer } from '../support/http.ts';
import { type Application, application, authorize, introspect, me, signIn } from './application.ts';
import { type Replica, openReplica } from './replica.ts';

describe.each(BACKENDS)('codes and refresh tokens (%s)', (backend) => {
  let house: TestHouse;
  let app: Application;
  let first: Replica;
  let second: Replica;
  let browser: Browser;
  let person: Person;
  beforeAll(async () => {
    house = await openTestHouse({ backend });
    app = await application(house);
    [first, second] = [await openReplica(house), await openReplica(house)];
    ({ browser, person } = await signIn(app));
  });
  afterAll(async () => {
    await Promise.all([first.close(), second.close()]);
    await house.close();
  });

  const token = (replica: Replica, fields: Record<string, string>): Promise<Answer> => {
    const basic = Buffer.from(`${app.id}:${app.secret}`).toString('base64');
    const headers = { authorization: `Basic ${basic}` };
    return replica.ask('/token', { body: new URLSearchParams(fields), headers });
  };
  /** What redeems a new code; the same every time. */
  const newCode = async () => {
    const { answer, verifier } = await authorize(app, { browser, person });
    const fields = {
      grant_type: 'authorization_code',
      code: String(answer.searchParams.get('code')),
      redirect_uri: app.redirectUri,
      code_verifier: verifier,
    };
    return (replica: Replica) => token(replica, fields);
  };
  const refreshWith = (refresh_token: unknown) => (replica: Replica) =>
    token(replica, { grant_type: 'refresh_token', refresh_token: String(refresh_token) });
  const newRefreshToken = async () =>
    refreshWith((await signIn(app, { browser, person })).tokens.refresh_token);
  const storm = (redeem: (replica: Replica) => Promise<Answer>) =>
    Promise.all(Array.from({ length: 20 }, (_, index) => redeem(index % 2 ? first : second)));
  const issued = async () => {
    const { db, audit } = house.house;
    const events = await audit.list({ limit: 10_000, name: 'tokens-issued' });
    return { tokens: await db.refreshToken.count(), events: events.length };
  };

  it('a code has one winner among twenty callers on two servers, and leaves one refresh token', async () => {
    for (let round = 0; round < 5; round += 1) {
      const redeem = await newCode();
      const before = await issued();
      const answers = await storm(redeem);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      const refused = answers.filter(({ status }) => status !== 200);
      for (const one of refused) {
        expect([one.status, one.json()['error']]).toEqual([400, 'invalid_grant']);
      }
      const { tokens, events } = await issued();
      expect([tokens - before.tokens, events - before.events]).toEqual([1, 1]);
    }
  });

  it('a refresh token has one successor among twenty callers on two servers, given to all of them', async () => {
    let redeem = await newRefreshToken();
    for (let round = 0; round < 5; round += 1) {
      const before = await issued();
      const answers = await storm(redeem);
      expect(answers.map(({ status }) => status)).toEqual(Array.from(answers, () => 200));
      const pairs = answers.map((answer) => answer.json());
      expect(new Set(pairs.map((pair) => pair['access_token'])).size).toBe(1);
      expect(new Set(pairs.map((pair) => pair['refresh_token'])).size).toBe(1);
      const { tokens, events } = await issued();
      expect([tokens - before.tokens, events - before.events]).toEqual([1, 1]);
      redeem = refreshWith(pairs[0]?.['refresh_token']);
    }
    expect((await redeem(first)).status).toBe(200);
  });

  it('a code that comes back ends what it was redeemed for, and the trail tells it once', async () => {
    const redeem = await newCode();
    const tokens = (await redeem(first)).json();
    for (const replica of [second, first]) {
      const again = await redeem(replica);
      expect([again.status, again.json()['error']]).toEqual([400, 'invalid_grant']);
    }
    expect((await me(house, String(tokens['access_token']))).status).toBe(401);
    expect(await introspect(app, String(tokens['access_token']))).toEqual({ active: false });
    expect((await refreshWith(tokens['refresh_token'])(first)).status).toBe(400);
    const { gid } = jose.decodeJwt(String(tokens['access_token']));
    const told = await house.house.audit.list({ limit: 99, name: 'authorization-code-replayed' });
    const ofThis = told.filter(({ details }) => details['grantId'] === gid);
    expect(ofThis).toEqual([expect.objectContaining({ clientId: app.id, accountId: person.id })]);
  });

  it.each<[what: string, part: keyof Furniture, method: string, nth: number]>([
    ['the signer is away', 'ring', 'sign', 1],
    ['the signer goes away after the first signature', 'ring', 'sign', 2],
    ['what follows cannot be saved', 'codeExchanges', 'exchange', 1],
  ])('a code is not burned when %s', async (_, part, method, nth) => {
    await expectNotBurned(await newCode(), failing(first.parts[part], method, nth));
  });

  it.each<[what: string, part: keyof Furniture, method: string, nth: number]>([
    ['the signer is away', 'ring', 'sign', 1],
    ['the signer goes away after the first signature', 'ring', 'sign', 2],
    ['its successor cannot be saved', 'refreshTokens', 'rotate', 1],
  ])('a refresh token is not burned when %s', async (_, part, method, nth) => {
    const redeem = await newRefreshToken();
    await expectNotBurned(redeem, failing(first.parts[part], method, nth));
  });

  async function expectNotBurned(redeem: (at: Replica) => Promise<Answer>, mend: () => void) {
    const before = await issued();
    const failed = await redeem(first);
    mend();
    expect([failed.status, failed.json()['error']]).toEqual([503, 'temporarily_unavailable']);
    expect(Number(failed.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await issued()).toEqual(before);
    expect((await redeem(second)).status).toBe(200);
  }

  it('a refresh token gives the same pair when the answer of the store was lost', async () => {
    const redeem = await newRefreshToken();
    const mend = failing(first.parts.refreshTokens, 'rotate', 1, 'afterwards');
    expect((await redeem(first)).status).toBe(503);
    mend();
    const [again, more] = [await redeem(first), await redeem(second)];
    expect([again.status, more.status]).toEqual([200, 200]);
    expect(more.json()['refresh_token']).toBe(again.json()['refresh_token']);
  });
});

/** The nth call of it fails, before anything was done or afterwards. Answers how to mend it. */
function failing(part: object, method: string, nth: number, when = 'before'): () => void {
  const whole: (...args: unknown[]) => unknown = Reflect.get(part, method);
  const error = method === 'sign' ? new SignerAway() : new StoreAway();
  let calls = 0;
  Reflect.set(part, method, async (...args: unknown[]) => {
    calls += 1;
    if (calls === nth && when === 'before') throw error;
    const answer = await whole(...args);
    if (calls === nth) throw error;
    return answer;
  });
  return () => void Reflect.set(part, method, whole);
}

import * as jose from 'jose';
import * as oauth from 'openid-client';
import { BACKENDS, type TestHouse, openTestHouse } from '../support/house.ts';
import {
  type Application,
  PUBLIC,
  application,
  field,
  introspect,
  me,
  post,
  refresh,
  refusal,
  signIn,
} from './application.ts';
import { expectQuietLibrary } from './quiet.ts';

const DAY_MS = 86_400_000;
const OFFLINE = { scope: 'openid email offline_access' };

expectQuietLibrary();

describe.each(BACKENDS)('a refresh token (%s)', (backend) => {
  let house: TestHouse;
  let app: Application;
  beforeAll(async () => {
    house = await openTestHouse({ backend });
    app = await application(house);
  });
  afterAll(() => house.close());

  const token = async (flow = {}) => String((await signIn(app, flow)).tokens.refresh_token);
  const exchange = (refresh_token: string, extra: Record<string, string> = {}, by = app) =>
    post(by, '/token', { grant_type: 'refresh_token', refresh_token, ...extra });
  /** As if everything had been consumed that long before. */
  const letPass = (seconds: number) =>
    house.house.db.$executeRawUnsafe(
      `UPDATE refresh_tokens SET consumed_at = consumed_at - interval '${seconds} seconds'`,
    );
  const audited = async (name: string) =>
    (await house.house.audit.list({ limit: 50, name })).map(({ details }) => details['grantId']);

  it('is exchanged for a new pair, and then for the next', async () => {
    const first = await token();
    const second = await refresh(app, first);
    const third = await refresh(app, String(second.refresh_token));
    expect(new Set([first, second.refresh_token, third.refresh_token]).size).toBe(3);
    expect((await me(house, third.access_token)).status).toBe(200);
  });

  it('gives twenty callers at once one pair, and the successor works', async () => {
    const first = await token();
    const answers = await Promise.all(Array.from({ length: 20 }, () => exchange(first)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const pairs = answers.map((answer) => answer.json());
    expect(new Set(pairs.map(({ access_token }) => access_token)).size).toBe(1);
    expect(new Set(pairs.map(({ refresh_token }) => refresh_token)).size).toBe(1);
    expect((await exchange(String(pairs[0]?.['refresh_token']))).status).toBe(200);
  });

  it('gives the same pair again within half a minute, with what is left of its time', async () => {
    const first = await token();
    const answer = (await exchange(first)).json();
    house.turnClock(10_000);
    const again = (await exchange(first)).json();
    house.turnClock(-10_000);
    expect(again).toEqual({ ...answer, expires_in: again['expires_in'] });
    expect(Number(answer['expires_in']) - Number(again['expires_in'])).toBeGreaterThanOrEqual(10);
    expect(Number(answer['expires_in']) - Number(again['expires_in'])).toBeLessThanOrEqual(12);
  });

  it('gives it again just before the window closes, and not after', async () => {
    const first = await token();
    await exchange(first);
    await letPass(28);
    expect((await exchange(first)).status).toBe(200);
    await letPass(3);
    expect((await exchange(first)).status).toBe(400);
  });

  it('that comes back after the window ends the family, and the trail tells it once', async () => {
    const first = await token();
    const second = (await exchange(first)).json();
    const third = (await exchange(String(second['refresh_token']))).json();
    await letPass(31);

    const before = await audited('refresh-token-replayed');
    const replayed = await exchange(first);
    expect([replayed.status, replayed.json()['error']]).toEqual([400, 'invalid_grant']);
    expect((await exchange(String(third['refresh_token']))).status).toBe(400);
    expect((await me(house, String(third['access_token']))).status).toBe(401);
    expect(await introspect(app, String(third['access_token']))).toEqual({ active: false });
    await exchange(first);
    const { gid } = jose.decodeJwt(String(third['access_token']));
    const told = (await audited('refresh-token-replayed')).slice(0, -before.length || undefined);
    expect(told).toEqual([gid]);
  });

  it('is answered a hundred times at most, and the family lives on', async () => {
    const first = await token();
    const second = (await exchange(first)).json();
    await house.house.db.$executeRawUnsafe(
      `UPDATE refresh_tokens SET answers_again = 99 WHERE consumed_at IS NOT NULL`,
    );
    expect((await exchange(first)).status).toBe(200);
    const refused = await exchange(first);
    expect([refused.status, refused.json()['error']]).toEqual([400, 'invalid_grant']);
    expect((await exchange(String(second['refresh_token']))).status).toBe(200);
  });

  it('that was used is refused for other scopes or another client, and the family lives on', async () => {
    const other = await application(house);
    const first = await token();
    const second = (await exchange(first)).json();
    const attempts = [await exchange(first, { scope: 'openid' }), await exchange(first, {}, other)];
    for (const refused of attempts) {
      expect([refused.status, refused.json()['error']]).toEqual([400, 'invalid_grant']);
    }
    expect((await exchange(String(second['refresh_token']))).status).toBe(200);
  });

  it('that was used is refused for another key, and the family lives on', async () => {
    const spa = await application(house, PUBLIC);
    const keys = async () =>
      oauth.getDPoPHandle(spa.config, await oauth.randomDPoPKeyPair('ES256'));
    const [mine, stranger] = [await keys(), await keys()];
    const first = String((await signIn(spa, { dpop: mine })).tokens.refresh_token);
    const by = (value: string, DPoP?: oauth.DPoPHandle) =>
      oauth.refreshTokenGrant(spa.config, value, {}, DPoP && { DPoP });
    const second = await by(first, mine);
    expect(await refusal(by(first, stranger))).toMatch(/invalid_(grant|dpop_proof)/);
    expect(await refusal(by(first))).toBe('invalid_grant');
    expect((await by(first, mine)).refresh_token).toBe(second.refresh_token);
    expect((await by(String(second.refresh_token), mine)).token_type).toBe('dpop');
  });

  it('of one client is nothing in the hands of another', async () => {
    const other = await application(house);
    const first = await token();
    const refused = await exchange(first, {}, other);
    expect([refused.status, refused.json()['error']]).toEqual([400, 'invalid_grant']);
    expect((await exchange(first)).status).toBe(200);
  });

  it('asks for less than was granted, never for more', async () => {
    const first = await token({ scope: 'openid email' });
    const more = await exchange(first, { scope: 'openid profile' });
    expect([more.status, more.json()['error']]).toEqual([400, 'invalid_scope']);
    const less = await exchange(first, { scope: 'openid' });
    expect([less.status, less.json()['scope']]).toEqual([200, 'openid']);
  });

  it('is given to clients that may refresh, with or without offline_access', async () => {
    const without = await application(house, {
      grantTypes: ['authorization_code'],
      scopes: ['openid', 'email'],
    });
    expect((await signIn(without)).tokens.refresh_token).toBeUndefined();
    expect((await signIn(app)).tokens.refresh_token).toBeTruthy();
    const offline = await signIn(app, OFFLINE);
    expect(offline.tokens.scope).toContain('offline_access');
    expect(offline.tokens.refresh_token).toBeTruthy();
  });

  it('ends when it was not used for two weeks', async () => {
    const first = await token(OFFLINE);
    house.turnClock(14 * DAY_MS + 10_000);
    const late = await exchange(first);
    house.turnClock(-14 * DAY_MS - 10_000);
    expect([late.status, late.json()['error']]).toEqual([400, 'invalid_grant']);
  });

  it('slides with each use, but not past ninety days', async () => {
    let value = await token(OFFLINE);
    let turned = 0;
    const statuses: number[] = [];
    for (const days of [13, 13, 13, 13, 13, 13, 11, 2]) {
      house.turnClock(days * DAY_MS);
      turned += days * DAY_MS;
      const answer = await exchange(value);
      statuses.push(answer.status);
      value = field(answer, 'refresh_token') || value;
    }
    house.turnClock(-turned);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 200, 400]);
  });

  it('stands in no table as it was given out', async () => {
    const first = await token();
    const second = String((await exchange(first)).json()['refresh_token']);
    const rows = await house.house.db.refreshToken.findMany();
    const artifacts = await house.house.db.artifact.findMany();
    const text = JSON.stringify([rows, artifacts], (_key, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    );
    for (const value of [first, second]) expect(text.includes(value)).toBe(false);
  });
});

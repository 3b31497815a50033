import * as jose from 'jose';
import { BACKENDS, type TestHouse, openTestHouse } from '../support/house.ts';
import {
  type Application,
  application,
  authorize,
  field,
  introspect,
  me,
  post,
  refresh,
  refusal,
} from './application.ts';
import { expectQuietLibrary } from './quiet.ts';

expectQuietLibrary();

describe.each(BACKENDS)('a code (%s)', (backend) => {
  let house: TestHouse;
  let app: Application;
  beforeAll(async () => {
    house = await openTestHouse({ backend });
    app = await application(house);
  });
  afterAll(() => house.close());

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

  it('has one winner among twenty who redeem it at once', async () => {
    const redeem = await redemption();
    const answers = await Promise.all(Array.from({ length: 20 }, redeem));
    const outcomes = answers.map((answer) => field(answer, 'error') || 'won');
    expect(outcomes.toSorted()).toEqual([
      ...Array.from({ length: 19 }, () => 'invalid_grant'),
      'won',
    ]);

    const won = answers.find(({ status }) => status === 200)?.json() ?? {};
    const { gid } = jose.decodeJwt(String(won['access_token']));
    const lines = await house.house.db.refreshToken.count({ where: { grantId: String(gid) } });
    expect(lines).toBe(1);
  });

  it('that comes back ends what it was redeemed for, and the trail tells it', async () => {
    const redeem = await redemption();
    const tokens = (await redeem()).json();
    const again = await redeem();
    expect([again.status, again.json()['error']]).toEqual([400, 'invalid_grant']);
    const access = String(tokens['access_token']);
    expect((await me(house, access)).status).toBe(401);
    expect(await introspect(app, access)).toEqual({ active: false });
    expect(await refusal(refresh(app, String(tokens['refresh_token'])))).toBe('invalid_grant');
    const told = await house.house.audit.list({ limit: 5, name: 'authorization-code-replayed' });
    expect(told[0]?.clientId).toBe(app.id);
  });
});

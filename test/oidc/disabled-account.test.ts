import { disableAccount } from '../../src/accounts/disable-account.ts';
import { BACKENDS, type Person, type TestHouse, openTestHouse } from '../support/house.ts';
import {
  type Application,
  application,
  authorize,
  introspect,
  me,
  redeem,
  refresh,
  refusal,
  request,
  signIn,
} from './application.ts';
import { expectQuietLibrary } from './quiet.ts';

expectQuietLibrary();

describe.each(BACKENDS)('a person who is disabled (%s)', (backend) => {
  let house: TestHouse;
  let app: Application;
  beforeAll(async () => {
    house = await openTestHouse({ backend });
    app = await application(house);
  });
  afterAll(() => house.close());

  const ENDINGS: [string, (person: Person) => Promise<unknown>][] = [
    ['disabled', ({ id }) => house.house.accounts.disable(id, house.now())],
    ['signed out everywhere', ({ id }) => house.house.accounts.signOutEverywhere(id)],
    ['given a new password', ({ id }) => house.house.accounts.changePassword(id, 'x', 1)],
    ['deleted', ({ id }) => house.house.accounts.delete(id)],
  ];

  it.each(ENDINGS)('or %s is nowhere any more, at once', async (_what, end) => {
    const { browser, tokens, person } = await signIn(app);
    const offline = await signIn(app, { person, scope: 'openid email offline_access' });
    await end(person);

    for (const { access_token, refresh_token } of [tokens, offline.tokens]) {
      expect((await me(house, access_token)).status).toBe(401);
      expect(await introspect(app, access_token)).toEqual({ active: false });
      expect(await introspect(app, String(refresh_token))).toEqual({ active: false });
      expect(await refusal(refresh(app, String(refresh_token)))).toBe('invalid_grant');
    }
    const silent = await browser.visit(
      (await request(app, { extra: { prompt: 'none' } })).url.href,
    );
    expect(silent.leftFor?.searchParams.get('error')).toBe('login_required');
  });

  it.each(ENDINGS)('or %s gets nothing for a code from before', async (_what, end) => {
    const flow = await authorize(app);
    await end(flow.person);
    expect(await refusal(redeem(app, flow))).toBe('invalid_grant');
  });

  it('between the password and the way back does not get in', async () => {
    const third = await application(house);
    const browser = house.browser();
    const person = await house.person();
    let page = await browser.visit((await request(third)).url.href);
    page = await browser.submit(page, { email: person.email, password: person.password });
    expect(page.leftFor).toBeUndefined();
    await disableAccount(house.house, person.id, { actor: 'cli' });
    const { leftFor, status } = await browser.submit(page);
    expect(leftFor?.searchParams.get('code') ?? null).toBeNull();
    expect(status).toBeLessThan(500);
  });
});

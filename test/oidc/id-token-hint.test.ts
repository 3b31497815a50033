import * as jose from 'jose';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { type Application, application, request, signIn } from './application.ts';
import { expectQuietLibrary } from './quiet.ts';

expectQuietLibrary();

describe('an application that believes somebody to be signed in', () => {
  let house: TestHouse;
  let app: Application;
  beforeAll(async () => {
    house = await openTestHouse();
    app = await application(house, { firstParty: true });
  });
  afterAll(() => house.close());

  const hinted = async (id_token_hint: string, extra = {}) =>
    (await request(app, { extra: { id_token_hint, ...extra } })).url.href;

  it('is answered at once where it is right, also with an ID token of last month', async () => {
    const { browser, tokens } = await signIn(app);
    const url = await hinted(String(tokens.id_token), { prompt: 'none' });
    expect((await browser.visit(url)).leftFor?.searchParams.get('code')).toBeTruthy();
    house.turnClock(2 * 3600_000);
    const later = await browser.visit(url);
    house.turnClock(-2 * 3600_000);
    expect(later.leftFor?.searchParams.get('code')).toBeTruthy();
  });

  it('has the person sign in where somebody else is there', async () => {
    const { tokens } = await signIn(app);
    const { browser } = await signIn(app);
    const page = await browser.visit(await hinted(String(tokens.id_token)));
    expect(page.text).toContain('name="password"');
    const silent = await browser.visit(await hinted(String(tokens.id_token), { prompt: 'none' }));
    expect(silent.leftFor?.searchParams.get('error')).toBe('login_required');
  });

  it('has the person asked, once, where the hint cannot be verified', async () => {
    const { browser, tokens, person } = await signIn(app);
    const other = await application(house, { firstParty: true });
    const foreign = String((await signIn(other, { person })).tokens.id_token);
    const { privateKey } = await jose.generateKeyPair('RS256');
    const forged = await new jose.SignJWT(jose.decodeJwt(String(tokens.id_token)))
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .sign(privateKey);
    for (const hint of [forged, foreign, tokens.access_token, 'nonsense', 'a.b.c']) {
      const silent = await browser.visit(await hinted(hint, { prompt: 'none' }));
      expect(silent.leftFor?.searchParams.get('error')).toBe('login_required');
      const page = await browser.visit(await hinted(hint));
      const { email, password } = person;
      const after = await browser.submit(page, { email, password });
      expect(after.leftFor?.searchParams.get('code')).toBeTruthy();
    }
  });
});

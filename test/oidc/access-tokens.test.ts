import * as jose from 'jose';
import * as oauth from 'openid-client';
import { BACKENDS, type TestHouse, openTestHouse } from '../support/house.ts';
import {
  type Application,
  PUBLIC,
  application,
  authorize,
  introspect,
  me,
  post,
  redeem,
  refresh,
  refusal,
  request,
  signIn,
  within,
} from './application.ts';
import { expectQuietLibrary } from './quiet.ts';

const NOTES = 'https://notes.example/';

expectQuietLibrary();

describe.each(BACKENDS)('an access token of ours (%s)', (backend) => {
  let house: TestHouse;
  let app: Application;
  let notes: Application;
  beforeAll(async () => {
    house = await openTestHouse({ backend });
    notes = await application(house, { id: 'notes' });
    await house.house.apis.create({
      audience: NOTES,
      name: 'Notes',
      scopes: ['read', 'write'].map((name) => ({ name, descriptions: { en: name } })),
      introspectedBy: ['notes'],
    });
    app = await application(house, { apis: { [NOTES]: ['read', 'write'] } });
  });
  afterAll(() => house.close());

  const forNotes = { scope: 'openid email read', extra: { resource: NOTES } };

  it('is good at /me', async () => {
    const { tokens, person } = await signIn(app);
    const told = await oauth.fetchUserInfo(app.config, tokens.access_token, person.id);
    expect(told.email).toBe(person.email);
  });

  it('is known to introspection, for its own client', async () => {
    const { tokens, person } = await signIn(app);
    expect(await introspect(app, tokens.access_token)).toMatchObject({
      active: true,
      sub: person.id,
      client_id: app.id,
      aud: house.issuer,
      iss: house.issuer,
      scope: 'openid email',
      token_type: 'Bearer',
    });
  });

  it('is no business of another client', async () => {
    const { tokens } = await signIn(app);
    expect(await introspect(notes, tokens.access_token)).toEqual({ active: false });
  });

  it('is dead everywhere once it is revoked, and so is the refresh token beside it', async () => {
    const { tokens } = await signIn(app);
    await oauth.tokenRevocation(app.config, tokens.access_token);
    expect(await introspect(app, tokens.access_token)).toEqual({ active: false });
    expect((await me(house, tokens.access_token)).status).toBe(401);
    expect(await refusal(refresh(app, String(tokens.refresh_token)))).toBe('invalid_grant');
  });

  it('dies with its refresh token', async () => {
    const { tokens } = await signIn(app);
    await oauth.tokenRevocation(app.config, String(tokens.refresh_token));
    expect((await me(house, tokens.access_token)).status).toBe(401);
    expect(await refusal(refresh(app, String(tokens.refresh_token)))).toBe('invalid_grant');
  });

  it('is not revoked by another client, who is told nothing', async () => {
    const { tokens } = await signIn(app);
    for (const token of [tokens.access_token, String(tokens.refresh_token), 'nonsense']) {
      const answer = await post(notes, '/token/revocation', { token });
      expect([answer.status, answer.text]).toEqual([200, '']);
    }
    expect((await me(house, tokens.access_token)).status).toBe(200);
  });

  it('is again a JWT after a refresh', async () => {
    const { tokens } = await signIn(app);
    const next = await refresh(app, String(tokens.refresh_token));
    expect(jose.decodeProtectedHeader(next.access_token)).toMatchObject({
      typ: 'at+jwt',
      alg: 'RS256',
    });
    expect((await me(house, next.access_token)).status).toBe(200);
  });

  describe('for an API', () => {
    it('names that API, and holds its scopes alone', async () => {
      const { tokens } = await signIn(app, forNotes);
      expect(jose.decodeJwt(tokens.access_token)).toMatchObject({ aud: NOTES, scope: 'read' });
      expect(jose.decodeJwt(String(tokens.id_token))['email']).toBeTruthy();
    });

    it('is refused at /me', async () => {
      const { tokens } = await signIn(app, forNotes);
      expect([401, 403]).toContain((await me(house, tokens.access_token)).status);
    });

    it('is known to the clients that the API names', async () => {
      const { tokens } = await signIn(app, forNotes);
      expect(await introspect(notes, tokens.access_token)).toMatchObject({
        active: true,
        aud: NOTES,
        client_id: app.id,
      });
    });

    it('is chosen at the token endpoint where several were asked for; the default is ourselves', async () => {
      const { tokens } = await signIn(app, {
        scope: 'openid email read',
        extra: { resource: [NOTES, house.issuer] },
      });
      expect(jose.decodeJwt(tokens.access_token).aud).toBe(house.issuer);
      const next = await refresh(app, String(tokens.refresh_token), { resource: NOTES });
      expect(jose.decodeJwt(next.access_token)).toMatchObject({ aud: NOTES, scope: 'read' });
    });

    it('is not given to a client that was not given the API', async () => {
      const { url } = await request(notes, forNotes);
      const { leftFor } = await house.browser().visit(url.href);
      expect(leftFor?.searchParams.get('error')).toBe('invalid_target');
    });

    it('is not given for an API that was not asked for', async () => {
      const { tokens } = await signIn(app);
      const attempt = refresh(app, String(tokens.refresh_token), { resource: NOTES });
      expect(await refusal(attempt)).toBe('invalid_target');
    });
  });

  it('without openid comes without an ID token, and opens no /me', async () => {
    const { tokens } = await signIn(app, { scope: 'email' });
    expect(tokens.id_token).toBeUndefined();
    const refused = await me(house, tokens.access_token);
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toContain('insufficient_scope');
  });

  describe('bound to a key (DPoP)', () => {
    let spa: Application;
    let dpop: oauth.DPoPHandle;
    beforeAll(async () => {
      spa = await application(house, PUBLIC);
      dpop = oauth.getDPoPHandle(spa.config, await oauth.randomDPoPKeyPair('ES256'));
    });

    it('works with that key', async () => {
      const { tokens, person } = await signIn(spa, { dpop });
      expect(tokens.token_type).toBe('dpop');
      expect(jose.decodeJwt(tokens.access_token)['cnf']).toEqual({ jkt: expect.any(String) });
      const options = { DPoP: dpop };
      const told = await oauth.fetchUserInfo(spa.config, tokens.access_token, person.id, options);
      expect(told.sub).toBe(person.id);
      const known = await introspect(spa, tokens.access_token);
      expect(known).toMatchObject({ active: true, token_type: 'DPoP' });
    });

    it('is worth nothing as a bearer token', async () => {
      const { tokens } = await signIn(spa, { dpop });
      expect((await me(house, tokens.access_token)).status).toBe(401);
    });

    it('is worth nothing with another key', async () => {
      const { tokens, person } = await signIn(spa, { dpop });
      const other = oauth.getDPoPHandle(spa.config, await oauth.randomDPoPKeyPair('ES256'));
      const attempt = oauth.fetchUserInfo(spa.config, tokens.access_token, person.id, {
        DPoP: other,
      });
      await expect(attempt).rejects.toMatchObject({ status: 401 });
    });

    it('is refreshed with that key alone', async () => {
      const { tokens } = await signIn(spa, { dpop });
      const other = oauth.getDPoPHandle(spa.config, await oauth.randomDPoPKeyPair('ES256'));
      const refreshed = (key: oauth.DPoPHandle) =>
        oauth.refreshTokenGrant(spa.config, String(tokens.refresh_token), {}, { DPoP: key });
      expect(await refusal(refreshed(other))).toMatch(/invalid_(grant|dpop_proof)/);
      expect((await refreshed(dpop)).token_type).toBe('dpop');
    });
  });

  describe('is not', () => {
    it.each(['unsigned', 'changed', 'signed by somebody else', 'of another kind'])(
      'one that is %s',
      async (fault) => {
        const { tokens } = await signIn(app);
        const forged = await forgery(fault, tokens.access_token, String(tokens.id_token));
        expect((await me(house, forged)).status).toBe(401);
        expect(await introspect(app, forged)).toEqual({ active: false });
      },
    );

    it('one that stands in the address', async () => {
      const { tokens } = await signIn(app);
      const target = `/me?access_token=${tokens.access_token}`;
      expect((await house.browser().visit(target)).status).toBe(400);
    });

    it('one that has expired', async () => {
      const { tokens } = await signIn(app);
      house.turnClock(16 * 60_000);
      const statuses = [(await me(house, tokens.access_token)).status];
      const known = await introspect(app, tokens.access_token);
      house.turnClock(-16 * 60_000);
      expect(statuses).toEqual([401]);
      expect(known).toEqual({ active: false });
    });
  });

  it('dies when its client is deleted', async () => {
    const gone = await application(house);
    const { tokens } = await signIn(gone);
    await house.house.clients.delete(gone.id);
    expect(
      await within(1000, async () => (await me(house, tokens.access_token)).status === 401),
    ).toBe(true);
  });

  it('is not issued twice for one code', async () => {
    const flow = await authorize(app);
    await redeem(app, flow);
    expect(await refusal(redeem(app, flow))).toBe('invalid_grant');
  });
});

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

async function forgery(fault: string, access: string, id: string): Promise<string> {
  const [header = '', payload = '', signature = ''] = access.split('.');
  switch (fault) {
    case 'unsigned':
      return `${encoded({ alg: 'none', typ: 'at+jwt' })}.${payload}.`;
    case 'changed':
      return `${header}.${encoded({ ...jose.decodeJwt(access), sub: 'other' })}.${signature}`;
    case 'signed by somebody else': {
      const { privateKey } = await jose.generateKeyPair('RS256');
      return new jose.SignJWT(jose.decodeJwt(access))
        .setProtectedHeader({ ...jose.decodeProtectedHeader(access), alg: 'RS256' })
        .sign(privateKey);
    }
    default:
      return id;
  }
}

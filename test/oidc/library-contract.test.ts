import { jest } from '@jest/globals';
import * as oauth from 'openid-client';
import { Provider } from 'oidc-provider';
import introspection from 'oidc-provider/lib/actions/introspection.js';
import revocation from 'oidc-provider/lib/actions/revocation.js';
import rejectStructuredTokens from 'oidc-provider/lib/shared/reject_structured_tokens.js';
import { admitStructuredTokens } from '../../src/oidc/access-tokens.ts';
import { RingKey } from '../../src/oidc/ring-key.ts';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { application, introspect, me, post, refresh, request, signIn } from './application.ts';
import { expectQuietLibrary } from './quiet.ts';

/*
 * What we rest on in the library beyond its documentation. Each seam is proved to be gone through: an upgrade that
 * moves one fails here, by its name, and nowhere stranger.
 */

expectQuietLibrary();

const calls = new Set<string>();
const undo: (() => void)[] = [];

/** Every provider that is made from here on is listened to. */
function overhear(): void {
  const { registerGrantType } = Object(Provider.prototype);
  Provider.prototype.registerGrantType = function overheard(this: Provider, ...args: unknown[]) {
    calls.add(`registerGrantType ${String(args[0])}`);
    if (!listened.has(this)) listened.add(this);
    return Reflect.apply(Object(registerGrantType), this, args);
  };
  undo.push(() => Object.assign(Provider.prototype, { registerGrantType }));
}

const listened = new Set<Provider>();

function wrap(target: object, name: string, as: string): void {
  const original: unknown = Reflect.get(target, name);
  undo.push(() => Reflect.set(target, name, original));
  Reflect.set(target, name, function overheard(this: unknown, ...args: unknown[]): unknown {
    calls.add(as);
    return Reflect.apply(Object(original), this, args);
  });
}

describe('the library still goes through', () => {
  let house: TestHouse;
  beforeAll(async () => {
    overhear();
    wrap(RingKey.prototype, 'sign', 'ExternalSigningKey.sign');
    wrap(RingKey.prototype, 'keyObject', 'ExternalSigningKey.keyObject');
    house = await openTestHouse();
    const [provider] = listened;
    if (!provider) throw new Error('registerGrantType was never called by the constructor');
    for (const [model, methods] of Object.entries(STATICS)) {
      for (const method of methods) {
        wrap(Reflect.get(provider, model), method, `${model}.${method}`);
      }
    }
    wrap(provider.Client.prototype, 'compareClientSecret', 'Client#compareClientSecret');
    wrap(provider.Client.prototype, 'responseModeAllowed', 'Client#responseModeAllowed');
    wrap(provider.OIDCContext.prototype, 'urlFor', 'OIDCContext#urlFor');
    wrap(provider.PushedAuthorizationRequest.prototype, 'save', 'PushedAuthorizationRequest#save');
    await everything();
  });
  afterAll(async () => {
    for (const step of undo.toReversed()) step();
    await house.close();
  });

  const STATICS = {
    AccessToken: ['find'],
    ClientCredentials: ['find'],
    IdToken: ['validate'],
    ReplayDetection: ['unique'],
    Client: ['find'],
  };

  /** One of each thing that an application may do. */
  async function everything() {
    const app = await application(house, { firstParty: true });
    const dpop = oauth.getDPoPHandle(app.config, await oauth.randomDPoPKeyPair('ES256'));
    const { tokens, browser } = await signIn(app, { dpop });
    const hint = { id_token_hint: String(tokens.id_token) };
    await browser.visit((await request(app, { extra: hint })).url.href);
    const { url } = await request(app);
    await post(app, '/request', url.searchParams);
    const plain = await signIn(app);
    await me(house, plain.tokens.access_token);
    await introspect(app, plain.tokens.access_token);
    await refresh(app, String(plain.tokens.refresh_token));
  }

  it.each([
    'registerGrantType authorization_code',
    'registerGrantType refresh_token',
    'registerGrantType client_credentials',
    'ExternalSigningKey.sign',
    'ExternalSigningKey.keyObject',
    'AccessToken.find',
    'ClientCredentials.find',
    'IdToken.validate',
    'ReplayDetection.unique',
    'Client.find',
    'Client#compareClientSecret',
    'Client#responseModeAllowed',
    'OIDCContext#urlFor',
    'PushedAuthorizationRequest#save',
  ])('%s', (seam) => {
    expect([...calls]).toContain(seam);
  });
});

describe('the refusal of structured tokens', () => {
  it('is taken out of both endpoints, once', () => {
    admitStructuredTokens();
    admitStructuredTokens();
    expect(introspection).not.toContain(rejectStructuredTokens);
    expect(revocation).not.toContain(rejectStructuredTokens);
    const [before, after] = [jest.fn(), jest.fn()];
    const steps = [before, rejectStructuredTokens, after];
    admitStructuredTokens([steps]);
    expect(steps).toEqual([before, after]);
  });

  it('is missed loudly where the library has changed', () => {
    expect(() => admitStructuredTokens([[() => undefined]])).toThrow(/oidc-provider has changed/);
  });
});

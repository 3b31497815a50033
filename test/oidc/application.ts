import { setTimeout as pause } from 'node:timers/promises';
import * as oauth from 'openid-client';
import type { ClientRegistration } from '../../src/clients/store.ts';
import type { Browser, Page } from '../support/browser.ts';
import type { Person, TestClient, TestHouse } from '../support/house.ts';
import { type Answer, type Asked, send } from '../support/http.ts';

/** A relying party as somebody else would write it: openid-client, real HTTP, nothing of ours. */
export interface Application extends TestClient {
  house: TestHouse;
  config: oauth.Configuration;
}

export type Extra = Record<string, string | string[]>;

export interface Flow {
  scope?: string;
  /** Further parameters of the authorization request. */
  extra?: Extra;
  /** Further parameters of the token request. */
  tokenExtra?: Record<string, string>;
  browser?: Browser;
  person?: Person;
  dpop?: oauth.DPoPHandle;
}

export type Tokens = Awaited<ReturnType<typeof oauth.authorizationCodeGrant>>;

export async function application(
  house: TestHouse,
  wish: Partial<ClientRegistration> = {},
): Promise<Application> {
  const client = await house.client(wish);
  return { ...client, house, config: await discover(house, client) };
}

export async function discover(
  house: TestHouse,
  client: TestClient,
  authentication = client.secret ? oauth.ClientSecretBasic(client.secret) : oauth.None(),
): Promise<oauth.Configuration> {
  const options = { execute: [oauth.allowInsecureRequests] };
  return oauth.discovery(new URL(house.issuer), client.id, undefined, authentication, options);
}

export const PUBLIC = { tokenEndpointAuthMethod: 'none' } as const;

/** Where the application sends the browser, with what it keeps to itself. */
export async function request(app: Application, { scope = 'openid email', extra = {} }: Flow = {}) {
  const verifier = oauth.randomPKCECodeVerifier();
  const state = oauth.randomState();
  const url = oauth.buildAuthorizationUrl(app.config, {
    redirect_uri: app.redirectUri,
    scope,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  for (const [name, value] of Object.entries(extra)) {
    url.searchParams.delete(name);
    for (const one of [value].flat()) url.searchParams.append(name, one);
  }
  return { url, verifier, state };
}

/** Signs in and agrees wherever a page asks for it. */
export async function throughPages(browser: Browser, target: string, person: Person) {
  let page: Page = await browser.visit(target);
  for (let pages = 0; pages < 6 && !page.leftFor; pages += 1) {
    if (page.status >= 400) throw new Error(`stuck at ${page.status}: ${page.text.slice(0, 600)}`);
    const { email, password } = person;
    const asked = /name="password"/.test(page.text) ? { email, password } : {};
    page = await browser.submit(page, asked);
  }
  if (!page.leftFor) throw new Error(`never left: ${page.text.slice(0, 600)}`);
  return page.leftFor;
}

/** An answer at the application's redirect URI, with what is needed to redeem it. */
export async function authorize(app: Application, flow: Flow = {}) {
  const { url, verifier, state } = await request(app, flow);
  const browser = flow.browser ?? app.house.browser();
  const person = flow.person ?? (await app.house.person());
  const answer = await throughPages(browser, url.href, person);
  return { answer, verifier, state, browser, person };
}

export async function signIn(app: Application, flow: Flow = {}) {
  const { answer, verifier, state, browser, person } = await authorize(app, flow);
  const tokens = await redeem(app, { answer, verifier, state }, flow);
  return { tokens, browser, person };
}

export function redeem(
  app: Application,
  { answer, verifier, state }: { answer: URL; verifier: string; state: string },
  { tokenExtra, dpop, extra }: Flow = {},
): Promise<Tokens> {
  const nonce = extra?.['nonce'];
  return oauth.authorizationCodeGrant(
    app.config,
    answer,
    {
      pkceCodeVerifier: verifier,
      expectedState: state,
      ...(typeof nonce === 'string' && { expectedNonce: nonce }),
    },
    tokenExtra,
    dpop && { DPoP: dpop },
  );
}

export function refresh(app: Application, token: string, extra: Record<string, string> = {}) {
  return oauth.refreshTokenGrant(app.config, token, extra);
}

/** A bare request with the client's own authentication, for what openid-client is too careful to send. */
export function post(
  app: Pick<Application, 'house' | 'id' | 'secret'>,
  path: string,
  fields: Record<string, string> | URLSearchParams,
  headers: Asked['headers'] = {},
): Promise<Answer> {
  const body = new URLSearchParams(fields);
  if (!app.secret) body.set('client_id', app.id);
  const basic = Buffer.from(`${app.id}:${app.secret}`).toString('base64');
  const authorization = app.secret ? { authorization: `Basic ${basic}` } : {};
  return send(`${app.house.issuer}${path}`, { body, headers: { ...authorization, ...headers } });
}

export function me(house: TestHouse, token: string, headers: Asked['headers'] = {}) {
  return send(`${house.issuer}/me`, { headers: { authorization: `Bearer ${token}`, ...headers } });
}

export async function introspect(app: Application, token: string) {
  return (await post(app, '/token/introspection', { token })).json();
}

/** A text of a JSON answer; empty where it is not there. */
export function field(answer: Pick<Answer, 'json'>, name: string): string {
  const value = answer.json()[name];
  return typeof value === 'string' ? value : '';
}

/** The `error` that a promise of openid-client fails with. */
export async function refusal(attempt: Promise<unknown>): Promise<unknown> {
  const { error } = await attempt.then(
    () => ({ error: 'none: it succeeded' }),
    (thrown: unknown) => Object(thrown),
  );
  return error;
}

/** Whether it comes true in that time. What other processes are told takes a moment. */
export async function within(ms: number, holds: () => Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + ms;
  for (;;) {
    if (await holds()) return true;
    if (performance.now() > deadline) return false;
    await pause(20);
  }
}

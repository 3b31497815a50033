import { randomBytes } from 'node:crypto';
import { openBrowser } from '../../support/browser.ts';
import { field } from '../../oidc/application.ts';
import type { Arena } from '../arena.ts';
import type { Question } from './steady-load.ts';

/** What honest callers ask, and what a storm does, at the first server of an arena. */
export interface Questions {
  clientCredentials: () => Question;
  me: () => Question;
  jwks: () => Question;
  ready: () => Question;
  page: () => Question;
  /** A wrong password of a person whom nobody knows: it costs what every other costs. */
  signIn: () => Question;
}

const VISITS = 60;

export async function openQuestions(arena: Arena): Promise<Questions> {
  const [server] = arena.servers;
  if (!server) throw new Error('no server');
  const { port, issuer } = server;
  const { host } = new URL(issuer);
  const json = { host, accept: 'application/json' };
  const html = { host, accept: 'text/html' };
  const visits = await visitsAt(issuer);
  const answer = await arena.redeem(await arena.code(), 0);
  const bearer = `Bearer ${field(answer, 'access_token')}`;
  const basic = `Basic ${btoa(`demo-service:${arena.serviceSecret}`)}`;
  const get = (path: string, headers = json) => ({ port, path, headers });
  let next = 0;
  const visit = () => {
    next += 1;
    return visits[next % visits.length] ?? { path: '/', cookie: '' };
  };
  return {
    clientCredentials: () => ({
      ...get('/token'),
      headers: { ...json, authorization: basic },
      body: 'grant_type=client_credentials',
    }),
    me: () => ({ ...get('/me'), headers: { ...json, authorization: bearer } }),
    jwks: () => get('/jwks'),
    ready: () => get('/health/ready'),
    page() {
      const { path, cookie } = visit();
      return { port, path, headers: { ...html, cookie } };
    },
    signIn() {
      const { path, cookie } = visit();
      const email = `${randomBytes(8).toString('hex')}@example.com`;
      const headers = { ...html, cookie, origin: issuer, 'sec-fetch-site': 'same-origin' };
      return { port, path, headers, body: String(new URLSearchParams({ email, password: WRONG })) };
    },
  };
}

const WRONG = 'not the password';

/** Browsers that stand before the page where one signs in. */
async function visitsAt(issuer: string) {
  const visits: { path: string; cookie: string }[] = [];
  for (let times = 0; times < VISITS; times += 1) {
    const browser = openBrowser(issuer);
    const { url, status } = await browser.visit('/sign-in');
    if (status !== 200) throw new Error(`There is no page to sign in: ${status}`);
    const path = new URL(url).pathname;
    const cookies = [...browser.cookies(path)].map(([name, value]) => `${name}=${value}`);
    visits.push({ path, cookie: cookies.join('; ') });
  }
  return visits;
}

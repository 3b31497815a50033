import { createHash, randomBytes } from 'node:crypto';
import { PASSWORD, REDIRECT_URI, clientIdOf, emailOf, secretOf } from './fill.ts';
import { type Connection, type Reply, cookiesOf, headerOf } from './keep-alive.ts';

/** One person with a browser, and the application that they use. */
export interface Visitor {
  person: number;
  client: number;
  cookies: Map<string, string>;
  accessToken: string;
  refreshToken: string;
}

export const ISSUER_HOST = 'id.bench.example';
const VERIFIER = randomBytes(32).toString('base64url');

const REQUEST = new URLSearchParams({
  redirect_uri: REDIRECT_URI,
  response_type: 'code',
  scope: 'openid email',
  code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
  code_challenge_method: 'S256',
}).toString();

/** As a proxy passes it on. */
export function get(path: string, headers = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: ${ISSUER_HOST}\r\n${headers}\r\n`;
}

export function post(path: string, fields: Record<string, string>, headers = ''): string {
  const body = new URLSearchParams(fields).toString();
  const type = 'Content-Type: application/x-www-form-urlencoded';
  return `POST ${path} HTTP/1.1\r\nHost: ${ISSUER_HOST}\r\n${type}\r\nContent-Length: ${body.length}\r\n${headers}\r\n${body}`;
}

export function basic(client: number): string {
  const credentials = Buffer.from(`${clientIdOf(client)}:${secretOf(client)}`).toString('base64');
  return `Authorization: Basic ${credentials}\r\n`;
}

export const authorizePath = (client: number) => `/auth?client_id=${clientIdOf(client)}&${REQUEST}`;

/** Each person comes from a place of their own. */
export function from(person: number): string {
  const bytes = [person >> 16, person >> 8, person].map((byte) => byte & 255);
  return `X-Forwarded-For: 10.${bytes.join('.')}\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0\r\nAccept: text/html\r\n`;
}

/** It has too much to do already, and says so. */
export class TurnedAway extends Error {}

export function expected(reply: Reply, status: number): Reply {
  if (reply.status === status) return reply;
  if (reply.status === 503) throw new TurnedAway('503');
  throw new Error(`expected ${status}:\n${reply.head}\n\n${reply.body.slice(0, 500)}`);
}

/** The whole way of a browser from the application's request to its code. */
export async function signIn(
  connection: Connection,
  who: Pick<Visitor, 'person' | 'client' | 'cookies'>,
): Promise<string> {
  return codeIn(await typePassword(connection, who, PASSWORD));
}

/** Is shown the page once more. */
export async function mistypePassword(connection: Connection, person: number): Promise<void> {
  const who = { person, client: 0, cookies: new Map<string, string>() };
  expected(await typePassword(connection, who, 'not what it is'), 400);
}

async function typePassword(
  connection: Connection,
  who: Pick<Visitor, 'person' | 'client' | 'cookies'>,
  password: string,
): Promise<Reply> {
  const browse = browserOf(connection, who);
  const page = await askForPassword(browse, who.client);
  const action = /<form[^>]* action="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const typed = { email: emailOf(who.person), password };
  const origin = `Origin: https://${ISSUER_HOST}\r\nSec-Fetch-Site: same-origin\r\n`;
  return browse((headers) => post(action, typed, `${headers}${origin}`));
}

/** Whom nobody has signed in yet. */
export async function openFirstPage(connection: Connection, person: number): Promise<void> {
  const who = { person, client: 0, cookies: new Map<string, string>() };
  await askForPassword(browserOf(connection, who), who.client);
}

const askForPassword = async (browse: Browse, client: number) =>
  expected(await browse((headers) => get(authorizePath(client), headers)), 200);

/** Follows where it is sent, as far as the application. */
type Browse = (request: (headers: string) => string) => Promise<Reply>;

function browserOf(
  connection: Connection,
  { person, cookies }: Pick<Visitor, 'person' | 'cookies'>,
): Browse {
  return async function browse(request) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const reply = await connection.ask(request(`${from(person)}Cookie: ${cookie}\r\n`));
    for (const [name, value] of cookiesOf(reply)) cookies.set(name, value);
    const way = headerOf(reply, 'location');
    if (way === undefined || way.startsWith(REDIRECT_URI)) return reply;
    const path = way.replace(`https://${ISSUER_HOST}`, '');
    return browse((headers) => get(path, headers));
  };
}

export function codeIn(reply: Reply): string {
  const code = /[?&]code=([^&]+)/.exec(headerOf(reply, 'location') ?? '')?.[1];
  if (reply.status === 503) throw new TurnedAway('503');
  if (!code) throw new Error(`no code:\n${reply.head}\n\n${reply.body.slice(0, 500)}`);
  return code;
}

export function authorize({ client, person, cookies }: Visitor): string {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  return get(authorizePath(client), `${from(person)}Cookie: ${cookie}\r\n`);
}

export function exchange(client: number, code: string): string {
  const fields = { code, redirect_uri: REDIRECT_URI, code_verifier: VERIFIER };
  return post('/token', { grant_type: 'authorization_code', ...fields }, basic(client));
}

export function refresh({ client, refreshToken }: Visitor): string {
  const fields = { grant_type: 'refresh_token', refresh_token: refreshToken };
  return post('/token', fields, basic(client));
}

export function takeTokens(visitor: Visitor, reply: Reply): void {
  const { access_token: access, refresh_token: next } = JSON.parse(expected(reply, 200).body);
  visitor.accessToken = String(access);
  visitor.refreshToken = String(next);
}

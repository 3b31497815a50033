import type { Connection } from './keep-alive.ts';
import {
  type Visitor,
  authorize,
  basic,
  codeIn,
  exchange,
  expected,
  get,
  mistypePassword,
  openFirstPage,
  post,
  refresh,
  signIn,
  takeTokens,
} from './visitor.ts';

/** What is known of one server by those who load it. */
export interface Audience {
  visitors: Visitor[];
  accounts: number;
  /** From how many clients they come, where any client will do. */
  clients: number;
  /** What browsers of people were given to be known by. */
  marks: Map<number, string>;
}

/** One of several callers at once, each on a connection of its own. */
export interface Caller {
  connection: Connection;
  index: number;
  audience: Audience;
  /** In stock. */
  codes: string[];
}

export interface Path {
  /** What must be there before the time is taken; answers how often `once` can be called then, if not for ever. */
  stock?(caller: Caller, times: number): Promise<void>;
  once(caller: Caller): Promise<void>;
}

const text = async ({ connection }: Caller, request: string) =>
  void expected(await connection.ask(request), 200);

const some = (most: number) => Math.floor(Math.random() * most);

/** Of the visitors this caller's own: nobody else uses their session and tokens. */
function own({ audience, index }: Caller): Visitor {
  const visitor = audience.visitors[index % audience.visitors.length];
  if (!visitor) throw new Error('nobody has signed in');
  return visitor;
}

/** Any of them, for what changes nothing. */
function any({ audience }: Caller): Visitor {
  const visitor = audience.visitors[some(audience.visitors.length)];
  if (!visitor) throw new Error('nobody has signed in');
  return visitor;
}

export const PATHS: Record<string, Path> = {
  hello: { once: (caller) => text(caller, get('/hello')) },
  signature: { once: (caller) => text(caller, get('/signature')) },
  argon2: { once: (caller) => text(caller, get('/argon2')) },

  discovery: { once: (caller) => text(caller, get('/.well-known/openid-configuration')) },
  jwks: { once: (caller) => text(caller, get('/jwks')) },
  'client-credentials': {
    once: (caller) => text(caller, service(some(caller.audience.clients))),
  },
  'code-exchange': {
    async stock(caller, times) {
      while (caller.codes.length < times) {
        caller.codes.push(codeIn(await caller.connection.ask(authorize(own(caller)))));
      }
    },
    async once(caller) {
      const code = caller.codes.pop();
      if (code === undefined) throw new OutOfStock();
      await text(caller, exchange(own(caller).client, code));
    },
  },
  refresh: {
    async once(caller) {
      const visitor = own(caller);
      takeTokens(visitor, await caller.connection.ask(refresh(visitor)));
    },
  },
  introspection: {
    async once(caller) {
      const { client, accessToken: token } = any(caller);
      const request = post('/token/introspection', { token }, basic(client));
      const reply = expected(await caller.connection.ask(request), 200);
      if (!reply.body.includes('"active":true')) throw new Error(reply.body);
    },
  },
  me: {
    once: (caller) =>
      text(caller, get('/me', `Authorization: Bearer ${any(caller).accessToken}\r\n`)),
  },
  authorize: {
    async once(caller) {
      codeIn(await caller.connection.ask(authorize(own(caller))));
    },
  },
  page: { once: ({ connection, audience }) => openFirstPage(connection, some(audience.accounts)) },
  'wrong-password': {
    once: ({ connection, audience }) => mistypePassword(connection, some(audience.accounts)),
  },
  /** A day's, by the share that each has. */
  mixed: { once: (caller) => drawn().once(caller) },
  'sign-in': {
    async once({ connection, audience: { accounts, marks } }) {
      const person = some(accounts);
      const mark = marks.get(person);
      const cookies = new Map(mark === undefined ? [] : [[MARK, mark]]);
      await signIn(connection, { person, client: 0, cookies });
      marks.set(person, cookies.get(MARK) ?? '');
    },
  },
};

const MIX = [
  { path: 'refresh', share: 0.22 },
  { path: 'client-credentials', share: 0.2 },
  { path: 'me', share: 0.2 },
  { path: 'introspection', share: 0.15 },
  { path: 'authorize', share: 0.08 },
  { path: 'page', share: 0.05 },
  { path: 'sign-in', share: 0.04 },
  { path: 'jwks', share: 0.03 },
  { path: 'discovery', share: 0.02 },
  { path: 'wrong-password', share: 0.01 },
];

function drawn(): Path {
  let rest = Math.random();
  const path = PATHS[MIX.find(({ share }) => (rest -= share) < 0)?.path ?? 'me'];
  if (!path) throw new Error('there is no such path');
  return path;
}

/** Ends a run: there is nothing left to be used up. */
export class OutOfStock extends Error {}

const MARK = '__Host-gatehouse_known';

const services: string[] = [];

function service(client: number): string {
  return (services[client] ??= post('/token', { grant_type: 'client_credentials' }, basic(client)));
}

/** Every client once: a server keeps them from then on. */
export async function meetClients(connection: Connection, clients: number): Promise<void> {
  for (let client = 0; client < clients; client += 1) {
    expected(await connection.ask(post('/token', { grant_type: 'none' }, basic(client))), 400);
  }
}

/** Somebody who is signed in, with tokens. */
export async function arrive(
  connection: Connection,
  who: Pick<Visitor, 'person' | 'client'>,
): Promise<Visitor> {
  const visitor: Visitor = { ...who, cookies: new Map(), accessToken: '', refreshToken: '' };
  const code = await signIn(connection, visitor);
  takeTokens(visitor, await connection.ask(exchange(who.client, code)));
  return visitor;
}

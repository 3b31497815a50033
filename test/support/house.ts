import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAccount } from '../../src/accounts/create-account.ts';
import { openApp } from '../../src/app.ts';
import { createClient } from '../../src/clients/create-client.ts';
import type { ClientRegistration } from '../../src/clients/store.ts';
import { openServer } from '../../src/http/server.ts';
import { openAttentiveLog } from '../../src/doctor/notices.ts';
import { PARAMETERS } from '../../src/passwords/argon2-hasher.ts';
import { type Environment, type Settings, readSettings } from '../../src/settings/settings.ts';
import type { Watch } from '../../src/watching/watch.ts';
import { accessIn } from '../../src/vault/access.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import { type OpenHouse, openHouse } from '../../src/wiring.ts';
import { type Browser, openBrowser } from './browser.ts';
import { CHEAP } from './accounts.ts';
import { straightenClock, turnClock } from './clock.ts';
import { freshDatabase } from './database.ts';
import { databaseUrl } from './database-url.ts';
import { freePort } from './http.ts';
import { type LogLines, collectLog } from './log-lines.ts';
import { noteSecret, secretsIn } from './secrets-used.ts';

/** A whole house in this process: fresh database, real HTTP on a free port, a clock that can be turned. */
export interface TestHouse {
  issuer: string;
  settings: Settings;
  /** Every port and use case's collaborator, for arranging and for looking behind the scenes. */
  house: OpenHouse;
  log: LogLines;
  now(): Date;
  /** Moves the time of this test file (see clock.ts). */
  turnClock(ms: number): void;
  person(wish?: Partial<PersonWish>): Promise<Person>;
  /** A web client that keeps a secret and is not ours, unless told otherwise. */
  client(wish?: Partial<ClientRegistration>): Promise<TestClient>;
  browser(options?: { language?: string }): Browser;
  close(): Promise<void>;
}

export interface Person {
  id: string;
  email: string;
  password: string;
}

export interface PersonWish {
  email: string;
  password: string;
  username: string;
  givenName: string;
  familyName: string;
  admin: boolean;
  verified: boolean;
}

export interface TestClient {
  id: string;
  secret: string;
  redirectUri: string;
}

export interface TestHouseOptions {
  /** Where short-lived records live. */
  backend?: 'postgres' | 'redis';
  env?: Environment;
  /** Hashes that cost what they cost in production. */
  costlyHashes?: boolean;
  /** Who looks on. */
  watch?: Watch;
}

/** Redis is among them where it is installed. */
export const BACKENDS: ('postgres' | 'redis')[] = process.env['TEST_REDIS']
  ? ['postgres', 'redis']
  : ['postgres'];

const now = () => new Date();

export async function openTestHouse(options: TestHouseOptions = {}): Promise<TestHouse> {
  const database = await freshDatabase(options.env?.['GATEHOUSE_SECRET'] ? 'empty' : 'house');
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-house-'));
  const port = await freePort();
  const secret = randomBytes(32).toString('base64');
  noteSecret('GATEHOUSE_SECRET', secret);
  const settings = readSettings({
    PORT: String(port),
    DATABASE_URL: databaseUrl(database.config),
    DATA_DIR: dataDir,
    // The older one opens the keys that stand in every house (start-real-parts.js): none needs to make its own.
    GATEHOUSE_SECRET: [secret, process.env['TEST_SECRET']].join(','),
    ...(options.backend === 'redis' && { REDIS_URL: process.env['TEST_REDIS'] }),
    ...options.env,
  });
  const lines = collectLog();
  const { log, notices } = openAttentiveLog({ level: 'debug', to: lines.stream });
  const access = accessIn(settings);
  const vault = access && openVault(access, { log });
  const house = await openHouse(settings, {
    log,
    vault: async () => vault,
    notices,
    now,
    hashing: options.costlyHashes ? PARAMETERS : CHEAP,
    watch: options.watch,
  });
  const health = { isReady: () => house.isReady() };
  const entrance = {
    settings,
    log,
    notices,
    health,
    errorPage: house.errorPage,
    now,
    watch: options.watch,
  };
  const app = openApp(entrance, house.rooms);
  const server = openServer(app.callback(), { connections: 1000 });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    issuer: settings.ISSUER,
    settings,
    house,
    log: lines,
    now,
    turnClock,
    person: (wish) => makePerson(house, wish),
    client: (wish) => makeClient(house, wish),
    browser: (asked) => openBrowser(settings.ISSUER, asked),
    async close() {
      straightenClock();
      const leaked = secretsIn(lines.text());
      if (leaked.length > 0) throw new Error(`The log holds secrets: ${leaked.join(', ')}`);
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
      await house.close();
      await database.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function makePerson(house: OpenHouse, wish: Partial<PersonWish> = {}): Promise<Person> {
  const { givenName, familyName, username } = wish;
  const email = wish.email ?? `${randomUUID()}@example.com`;
  const password = wish.password ?? `correct ${randomUUID()}`;
  const made = await createAccount(
    house,
    {
      email,
      password,
      admin: wish.admin ?? false,
      by: 'cli',
      ...(username !== undefined && { username }),
      ...(wish.verified !== false && { emailVerifiedAt: house.now() }),
      profile: { ...(givenName && { givenName }), ...(familyName && { familyName }) },
    },
    { actor: 'cli' },
  );
  if (made.outcome !== 'created')
    throw new Error(`No such person can be made: ${JSON.stringify(made)}`);
  noteSecret('a password', password);
  return { id: made.id, email, password };
}

async function makeClient(
  house: OpenHouse,
  wish: Partial<ClientRegistration> = {},
): Promise<TestClient> {
  const id = wish.id ?? `client-${randomUUID().slice(0, 8)}`;
  const redirectUri = wish.redirectUris?.[0] ?? 'https://app.example/cb';
  const registration: ClientRegistration = {
    id,
    name: 'An application',
    firstParty: false,
    kind: 'web',
    tokenEndpointAuthMethod: 'client_secret_basic',
    grantTypes: ['authorization_code', 'refresh_token'],
    redirectUris: [redirectUri],
    postLogoutRedirectUris: [],
    scopes: ['openid', 'profile', 'email', 'phone', 'offline_access'],
    apis: {},
    corsOrigins: [],
    requirePushedRequests: false,
    dpopBoundAccessTokens: false,
    backchannelLogoutSessionRequired: false,
    development: false,
    ...wish,
  };
  const made = await createClient(house, { registration }, { actor: 'cli' });
  if (made.outcome !== 'created')
    throw new Error(`No such client can be made: ${JSON.stringify(made)}`);
  noteSecret('a client secret', made.secret);
  return { id, secret: made.secret ?? '', redirectUri };
}

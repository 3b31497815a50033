import { createHash, randomBytes } from 'node:crypto';
import { Agent } from 'node:http';
import type { ClientConfig } from 'pg';
import { type Browser, openBrowser } from '../support/browser.ts';
import { gatehouse } from '../support/command-line.ts';
import { createDatabase } from '../support/database.ts';
import { databaseUrl } from '../support/database-url.ts';
import { type Answer } from '../support/http.ts';
import { type ServerProcess, startServers } from '../support/server-process.ts';

export type Backend = 'postgres' | 'redis';

/** Two real servers on one database, a client, a person who is signed in, and what they do in parallel. */
export interface Arena {
  servers: ServerProcess[];
  env: NodeJS.ProcessEnv;
  serviceSecret: string;
  /** A fresh code for the signed-in person. */
  code(): Promise<string>;
  redeem(code: string, server: number): Promise<Answer>;
  refresh(token: string, server: number): Promise<Answer>;
  me(accessToken: string): Promise<Answer>;
  close(): Promise<void>;
}

const REDIRECT = 'https://app.example/cb';
const VERIFIER = randomBytes(32).toString('base64url');
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');
const PASSWORD = 'correct horse battery';

export interface ArenaOptions {
  servers?: number;
  /** The way to the database, where it is not the straight one. */
  through?: (config: ClientConfig) => Promise<string>;
}

export async function openArena(
  backend: Backend,
  more: NodeJS.ProcessEnv = {},
  { servers: count = 2, through }: ArenaOptions = {},
): Promise<Arena> {
  const { config, drop } = await createDatabase();
  const env = {
    DATABASE_URL: through ? await through(config) : databaseUrl(config),
    GATEHOUSE_SECRET: randomBytes(32).toString('base64'),
    ...(backend === 'redis' && { REDIS_URL: process.env['TEST_REDIS'] }),
    ...more,
  };
  const servers = await startServers(count, env);
  const issuer = servers[0]?.issuer ?? '';
  await told(['user', 'create', 'you@example.com', '--verified'], `${PASSWORD}\n`);
  await told([
    'client',
    'create',
    '--id=app',
    '--name=App',
    '--spa',
    '--first-party',
    `--redirect-uri=${REDIRECT}`,
  ]);
  const { client_secret: secret } = JSON.parse(
    await told(['client', 'show', 'demo-service', '--json']),
  );
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const browser = openBrowser(issuer);
  const post = (path: string, server: number, fields: Record<string, string>) =>
    serverAt(server).ask(path, { body: new URLSearchParams(fields), agent });
  await signIn(browser);

  return {
    servers,
    env,
    serviceSecret: String(secret),
    code: async () => String((await left(browser)).searchParams.get('code')),
    redeem: (code, server) =>
      post('/token', server, {
        grant_type: 'authorization_code',
        client_id: 'app',
        code,
        redirect_uri: REDIRECT,
        code_verifier: VERIFIER,
      }),
    refresh: (token, server) =>
      post('/token', server, {
        grant_type: 'refresh_token',
        client_id: 'app',
        refresh_token: token,
      }),
    me: (token) => serverAt(0).ask('/me', { headers: { authorization: `Bearer ${token}` }, agent }),
    async close() {
      agent.destroy();
      await Promise.all(servers.map((server) => server.stop()));
      await drop();
    },
  };

  function serverAt(index: number): ServerProcess {
    const server = servers[index % servers.length];
    if (!server) throw new Error('no server');
    return server;
  }

  async function told(args: string[], input = ''): Promise<string> {
    const { code, out, err } = await gatehouse(args, { env: { ...env, ISSUER: issuer }, input });
    if (code !== 0) throw new Error(err);
    return out;
  }
}

const REQUEST = `/auth?${String(
  new URLSearchParams({
    client_id: 'app',
    redirect_uri: REDIRECT,
    response_type: 'code',
    scope: 'openid email',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
  }),
)}`;

async function signIn(browser: Browser): Promise<void> {
  const page = await browser.visit(REQUEST);
  const next = await browser.submit(page, { email: 'you@example.com', password: PASSWORD });
  if (!next.leftFor) throw new Error(`The sign-in did not end: ${next.text.slice(0, 500)}`);
}

async function left(browser: Browser): Promise<URL> {
  const { leftFor, text } = await browser.visit(REQUEST);
  if (!leftFor) throw new Error(`No code was given: ${text.slice(0, 500)}`);
  return leftFor;
}

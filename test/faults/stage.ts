import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gatehouse, gatehouseProcess } from '../support/command-line.ts';
import { freePort } from '../support/http.ts';
import {
  type MailServer,
  type Manner,
  type TakenMail,
  openMailServer,
} from '../support/mail-server.ts';
import { type PostgresServer, startPostgresServer } from '../support/postgres-server.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { type ServerProcess, spawnServer } from '../support/server-process.ts';
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.ts';
import { makeCrowd } from '../prove/crowd.ts';
import { WIDE } from '../prove/wide-budgets.ts';
import { type Front, openFront } from './front.ts';
import { type Recorder, openRecorder } from './record.ts';
import { type Signer, openSigner } from './signer.ts';
import { APPLICATION, type Person, type World } from './world.ts';

/** Two servers behind one address, and parts of their own that can be hurt. */
export interface Stage {
  issuer: string;
  postgres: PostgresServer;
  redis: RedisServer;
  mails: MailServer;
  /** The ways to the parts, through which everything goes. */
  ways: { postgres: TcpProxy; redis: TcpProxy; smtp: TcpProxy };
  /** The Vault that signs, where one does. */
  signer: Signer | undefined;
  servers: ServerProcess[];
  front: Front;
  env: NodeJS.ProcessEnv;
  recorder: Recorder;
  world: World;
  /** One more, or another one in the place of one that has gone. */
  startServer: (options?: ServerOptions) => Promise<ServerProcess>;
  /** A process like the others, of which nobody is sent to; it may not even start. */
  spawn: (options: ServerOptions) => Promise<ServerProcess>;
  /** What else is to be put away when all is over. */
  atClose: (() => unknown)[];
  close(): Promise<void>;
}

export interface ServerOptions {
  /** In whose place. */
  instead?: ServerProcess;
  env?: NodeJS.ProcessEnv;
  args?: string[];
  issuer?: string;
  home?: string;
  through?: string[];
}

export interface StageOptions {
  env?: NodeJS.ProcessEnv;
  postgres?: string[];
  redis?: string[];
  manner?: Manner;
  /** Keys are in a Vault, whose tokens live for so long. */
  vault?: { tokensLiveS: number };
  /** How the two servers are started, given what every process is told. */
  how?: (env: NodeJS.ProcessEnv) => Promise<ServerOptions>;
}

/** What was written is found again after a crash, as an operator would have it. */
const REDIS = ['--appendonly', 'yes', '--appendfsync', 'everysec'];
const PEOPLE = 3000;
const FORGETFUL = 600;

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const [postgres, redis, mails] = await Promise.all([
    startPostgresServer({
      ...(options.postgres && { settings: options.postgres }),
    }),
    startRedisServer(...(options.redis ?? REDIS)),
    openMailServer(options.manner),
  ]);
  const ways = {
    postgres: await tcpProxy({ path: postgres.socket }),
    redis: await tcpProxy({ port: redis.port }),
    smtp: await tcpProxy({ port: mails.port }),
  };
  const signer = options.vault && (await openSigner(options.vault));
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const env = {
    DATABASE_URL: `postgres://postgres@127.0.0.1:${ways.postgres.port}/gatehouse`,
    REDIS_URL: `redis://127.0.0.1:${ways.redis.port}`,
    SMTP_URL: `smtp://127.0.0.1:${ways.smtp.port}`,
    MAIL_FROM: 'gatehouse@example.com',
    GATEHOUSE_SECRET: randomBytes(32).toString('base64'),
    GATEHOUSE_BUDGETS: WIDE,
    LOG_LEVEL: 'warn',
    NODE_COMPILE_CACHE: join(tmpdir(), 'gatehouse-compiled'),
    ...signer?.env,
    ...options.env,
  };
  await postgres.ask('CREATE DATABASE gatehouse');
  const servers: ServerProcess[] = [];
  const front = await openFront(port, () => servers.map((server) => server.port));
  const recorder = openRecorder(front);
  const atClose: Stage['atClose'] = [];

  const spawn = async (how: ServerOptions) => {
    const server = await spawnServer({ issuer, ...how, env: { ...env, ...how.env } });
    atClose.push(() => server.stop('SIGKILL'));
    return server;
  };

  async function startServer({ instead, ...how }: ServerOptions = {}) {
    const server = await spawn(how);
    const place = instead ? servers.indexOf(instead) : servers.length;
    await server.ready();
    servers[place < 0 ? servers.length : place] = server;
    return server;
  }

  const how = (await options.how?.(env)) ?? {};
  for (let i = 0; i < 2; i += 1) await startServer(how);
  const world = await populate({
    home: how.home,
    postgres,
    mails,
    issuer,
    env,
    recorder,
  });
  return {
    issuer,
    postgres,
    redis,
    mails,
    ways,
    signer,
    servers,
    front,
    env,
    recorder,
    world,
    startServer,
    spawn,
    atClose,
    async close() {
      await front.close();
      for (const putAway of atClose.toReversed()) await putAway();
      await Promise.all(Object.values(ways).map((way) => way.close()));
      await Promise.all([postgres.discard(), redis.discard(), mails.close(), signer?.close()]);
    },
  };
}

async function populate({
  postgres,
  mails,
  issuer,
  env,
  recorder,
  home,
}: Pick<Stage, 'postgres' | 'mails' | 'issuer' | 'env' | 'recorder'> & {
  home: string | undefined;
}): Promise<World> {
  const tell = async (...words: string[]) => {
    const within = { env: { ...env, ISSUER: issuer } };
    const { code, out, err } = await (home === undefined
      ? gatehouse(words, within)
      : gatehouseProcess(words, { ...within, home }));
    if (code !== 0) throw new Error(err);
    return out;
  };
  const { id, redirect } = APPLICATION;
  await tell(
    'client',
    'create',
    `--id=${id}`,
    '--name=App',
    '--spa',
    '--first-party',
    `--redirect-uri=${redirect}`,
  );
  const shown = JSON.parse(await tell('client', 'show', 'demo-service', '--json'));
  const config = { ...postgres.config, database: 'gatehouse' };
  const { known } = await makeCrowd(config, { known: PEOPLE + FORGETFUL });
  const forgetful = known.splice(0, FORGETFUL);
  return {
    issuer,
    recorder,
    service: { id: 'demo-service', secret: String(shown.client_secret) },
    person: () => next(known),
    forgetful: () => next(forgetful),
    codeFor: newestCode(mails),
    sessions: [],
  };
}

function next(people: string[]): Person {
  const email = people.shift() ?? '';
  people.push(email);
  return { email, password: 'correct horse battery' };
}

/** Reads each mail once. */
export function newestCode(mails: MailServer): (email: string) => string | undefined {
  const codes = new Map<string, string[]>();
  let read = 0;
  return (email) => {
    for (const mail of mails.taken.slice(read)) keepCode(codes, mail);
    read = mails.taken.length;
    return codes.get(email)?.pop();
  };
}

function keepCode(codes: Map<string, string[]>, { to: [to = ''], headers }: TakenMail): void {
  const subject = headers.find((line) => line.startsWith('Subject:')) ?? '';
  const code = /\b\d{6}\b/.exec(subject)?.[0];
  if (code) codes.set(to, [...(codes.get(to) ?? []), code]);
}

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { databaseUrl } from '../support/database-url.ts';
import { startPostgresServer } from '../support/postgres-server.ts';
import { spawnServer } from '../support/server-process.ts';
import { startRedisServer } from '../support/redis-server.ts';
import type { Fault, Notes } from './experiment.ts';
import { staysUp } from './health.ts';
import type { Kind } from './record.ts';
import type { Stage } from './stage.ts';

/** What a session, an interaction or a code is needed for. */
const PAGES: readonly Kind[] = ['sign-in', 'live-session', 'sign-out', 'sign-up', 'reset'];

export const REDIS_FAULTS: Fault[] = [
  {
    id: 'F-14',
    what: 'Redis is away',
    bar: { longestMs: 3000, recoveryMs: 3000, mayFail: PAGES },
    hurt: ({ redis }) => redis.stop(),
    heal: ({ redis }) => redis.start(),
    after: staysUp,
  },
  {
    id: 'F-15',
    what: 'Redis is restarted empty',
    stage: { redis: [] },
    bar: { longestMs: 3000, recoveryMs: 3000, mayFail: PAGES },
    async hurt({ redis }) {
      await redis.stop();
      await redis.start();
    },
    after: staysUp,
  },
  {
    id: 'F-16',
    what: 'Redis is full and refuses to write',
    bar: { longestMs: 3000, recoveryMs: 3000, mayFail: PAGES },
    hurt: (stage) => told(stage.redis.url, 'CONFIG', 'SET', 'maxmemory', '1'),
    during: opensWhatIsThere,
    heal: (stage) => told(stage.redis.url, 'CONFIG', 'SET', 'maxmemory', '0'),
    after: staysUp,
  },
  {
    id: 'F-17',
    what: 'a Redis that forgets when it is full is refused at the start',
    bar: { longestMs: 0, recoveryMs: 0 },
    alone: refusesToForget,
  },
  {
    id: 'F-18',
    what: 'Redis pauses for 10 s; then its replica takes over, and the old one is read-only',
    bar: { longestMs: 2000, recoveryMs: 3000, mayFail: PAGES },
    async hurt({ redis }) {
      await told(redis.url, 'CLIENT', 'PAUSE', '10000', 'ALL');
      await sleep(10_000);
    },
    during: failOver,
    after: staysUp,
  },
];

async function told(url: string, command: string, ...words: string[]): Promise<void> {
  const client = new Redis(url);
  await client.call(command, ...words);
  client.disconnect();
}

/** Whoever is signed in is shown so: that needs no place. */
async function opensWhatIsThere({ world, recorder }: Stage, { broken }: Notes): Promise<void> {
  await sleep(2000);
  const session = world.sessions.find(({ busy }) => !busy);
  if (!session) return;
  const headers = { authorization: `Bearer ${session.accessToken}` };
  const { status } = await recorder.sender('me', session.of)(`${world.issuer}/me`, { headers });
  if (status !== 200) broken(`a token that lives was answered ${status}`);
}

async function refusesToForget({ note, broken }: Notes): Promise<void> {
  const redis = await startRedisServer('--maxmemory-policy', 'allkeys-lru');
  const postgres = await startPostgresServer();
  const server = await spawnServer({
    issuer: 'https://id.example',
    env: {
      NODE_ENV: 'production',
      DATABASE_URL: databaseUrl(postgres.config),
      REDIS_URL: redis.url,
      SMTP_URL: 'smtp://127.0.0.1:1',
      MAIL_FROM: 'gatehouse@example.com',
      GATEHOUSE_SECRET: randomBytes(32).toString('base64'),
      GATEHOUSE_MIGRATE: 'on-start',
    },
  });
  const code = await server.ended;
  const said = `${server.stdout()}${server.stderr()}`;
  if (code !== 0 && said.includes('noeviction')) note(`it ends with ${code}, and says what to set`);
  else broken(`it ended with ${code}: ${said.slice(0, 300)}`);
  await Promise.all([postgres.discard(), redis.discard()]);
}

/** The address leads to the new one; a connection that was open stays with the old one, until somebody ends it. */
async function failOver({ redis, ways, atClose }: Stage): Promise<void> {
  await sleep(8000);
  const next = await startRedisServer();
  atClose.push(() => next.discard());
  await told(next.url, 'REPLICAOF', '127.0.0.1', String(redis.port));
  await sleep(2000);
  await told(next.url, 'REPLICAOF', 'NO', 'ONE');
  await told(redis.url, 'REPLICAOF', '127.0.0.1', String(next.port));
  ways.redis.leadTo({ port: next.port });
}

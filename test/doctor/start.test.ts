import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { openAttentiveLog } from '../../src/doctor/notices.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { openHouse } from '../../src/wiring.ts';
import { gatehouse } from '../support/command-line.ts';
import { type TestDatabase, freshDatabase } from '../support/database.ts';
import { databaseUrl } from '../support/database-url.ts';
import { type LogLines, collectLog } from '../support/log-lines.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { spawnServer } from '../support/server-process.ts';

let database: TestDatabase;
let lines: LogLines;
beforeEach(async () => {
  database = await freshDatabase('house');
  lines = collectLog();
});
afterEach(() => database.close());

const PRODUCTION = {
  NODE_ENV: 'production',
  ISSUER: 'https://id.example',
  SMTP_URL: 'smtps://mail.example',
  MAIL_FROM: 'no-reply@id.example',
};

/** How a start ends. */
async function start(env: Record<string, string>) {
  const settings = readSettings({
    DATABASE_URL: databaseUrl(database.config),
    // The older one opens the keys that stand in every house (start-real-parts.js).
    GATEHOUSE_SECRET: [randomBytes(32).toString('base64'), process.env['TEST_SECRET']].join(','),
    ...env,
  });
  const opened = openAttentiveLog({ level: 'debug', to: lines.stream });
  const house = await openHouse(settings, { ...opened, jobs: false });
  await house.close();
  return lines.entries().flatMap(({ finding }) => finding ?? []);
}

describe('a read-only database', () => {
  beforeEach(async () => {
    const admin = new Client(database.config);
    await admin.connect();
    const { database: name } = database.config;
    await admin.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    await admin.end();
  });

  it.each([
    ['development', {}],
    ['production', PRODUCTION],
  ])('is refused at once in %s', async (_, env) => {
    await expect(start(env)).rejects.toThrow(
      /^The database is set to be read-only\. Point DATABASE_URL at the primary\. .*\(database-read-only: see `npx gatehouse doctor`\.\)$/,
    );
  });

  it('is still read by a command that does not migrate', async () => {
    const env = { DATABASE_URL: databaseUrl(database.config) };
    const manual = { ...env, GATEHOUSE_MIGRATE: 'manual' };
    expect(await gatehouse(['client', 'list'], { env: manual })).toMatchObject({
      code: 0,
      err: '',
    });
    expect(await gatehouse(['migrate', '--status'], { env })).toMatchObject({ code: 0, err: '' });
    const { code, err } = await gatehouse(['migrate'], { env });
    expect(code).toBe(1);
    expect(err).toMatch(/^The database is set to be read-only\./);
  });

  it('ends the process with its sentence', async () => {
    const server = await spawnServer({ env: { DATABASE_URL: databaseUrl(database.config) } });
    expect(await server.ended).toBe(1);
    expect(server.stderr()).toMatch(
      /^Gatehouse cannot start: The database is set to be read-only\./,
    );
  }, 60_000);
});

if (process.env['TEST_REDIS']) {
  describe('a Redis that evicts', () => {
    let redis: RedisServer;
    beforeAll(async () => {
      redis = await startRedisServer('--maxmemory-policy', 'allkeys-lru');
    });
    afterAll(() => redis.discard());

    it('is refused in production, with cause and fix', async () => {
      await expect(start({ ...PRODUCTION, REDIS_URL: redis.url })).rejects.toThrow(
        /^REDIS_URL: This Redis forgets when it is full \(maxmemory-policy allkeys-lru\)\. Set maxmemory-policy noeviction: .*\(redis-evicts: /,
      );
    });

    it('is told in one line in development', async () => {
      expect(await start({ REDIS_URL: redis.url })).toEqual(['redis-evicts']);
    });
  });

  it('a Redis that follows another one is refused in production', async () => {
    const [primary, replica] = [await startRedisServer(), await startRedisServer()];
    const { Redis } = await import('ioredis');
    const client = new Redis(replica.url);
    await client.replicaof('127.0.0.1', primary.port);
    client.disconnect();
    await expect(start({ ...PRODUCTION, REDIS_URL: replica.url })).rejects.toThrow(
      /This Redis is a replica, which takes no writes\. Point REDIS_URL at the primary\./,
    );
    await Promise.all([primary.discard(), replica.discard()]);
  });
}

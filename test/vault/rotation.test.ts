import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { openLogger } from '../../src/logging/logger.ts';
import { openMailer } from '../../src/mail/open-mailer.ts';
import { type Fresh, freshSettings } from '../../src/settings/fresh.ts';
import type { Environment } from '../../src/settings/settings.ts';
import { databaseFor } from '../../src/stores/database-place.ts';
import { openDatabase } from '../../src/stores/postgres/database.ts';
import { postgresChangeFeed } from '../../src/stores/postgres/change-feed.ts';
import { postgresJobs } from '../../src/stores/postgres/jobs.ts';
import { openRedis } from '../../src/stores/redis/connection.ts';
import { keepRenewed } from '../../src/stores/redis/renewal.ts';
import { isStoreAway } from '../../src/transactions/store-away.ts';
import { settle } from '../../src/vault/settle.ts';
import { freshDatabase } from '../support/database.ts';
import { openMailServer } from '../support/mail-server.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { type VaultKv, mountKv } from '../support/vault-kv.ts';
import { type VaultServer, openVaultServer } from '../support/vault-server.ts';

const lines: string[] = [];
const log = openLogger({ level: 'trace', to: { write: (line) => void lines.push(line) } });

let server: VaultServer;
let kv: VaultKv;

beforeEach(async () => {
  lines.length = 0;
  server = await openVaultServer();
  kv = mountKv(server, 'secret', 2);
  server.policies.write('gatehouse', { 'secret/data/*': ['read'] });
});

afterEach(() => server.close());

async function freshFrom(env: Environment): Promise<Fresh> {
  const token = server.tokens.issue({ policies: ['gatehouse'] });
  const { settings, again } = await settle(
    { VAULT_ADDR: server.url, VAULT_TOKEN: token, ...env },
    log,
  );
  return freshSettings(settings, { again, log });
}

const unheard = () => {};

const eventually = async (isTrue: () => boolean | Promise<boolean>) => {
  const deadline = performance.now() + 15_000;
  while (!(await isTrue()) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

/** The run's own PostgreSQL lets anybody in: this role alone needs its password. */
async function roleWithPassword() {
  const test = await freshDatabase();
  const admin = new Client(test.config);
  await admin.connect();
  const user = `rotated_${randomBytes(6).toString('hex')}`;
  const setPassword = (password: string) =>
    admin.query(`ALTER ROLE ${user} PASSWORD ${admin.escapeLiteral(password)}`);
  await admin.query(`CREATE ROLE ${user} LOGIN SUPERUSER`);
  const { rows } = await admin.query<{ file: string; pid: number }>(
    `SELECT current_setting('hba_file') AS file, pg_backend_pid() AS pid`,
  );
  const { file = '', pid = 0 } = rows[0] ?? {};
  // Where the server knows its folder as an open file, that is its own.
  const hba = file.replace('/proc/self/', `/proc/${pid}/`);
  const line = `local all ${user} scram-sha-256\n`;
  writeFileSync(hba, line + readFileSync(hba, 'utf8'));
  await admin.query('SELECT pg_reload_conf()');
  return {
    user,
    setPassword,
    url: `postgres://${user}:{vault:secret/db#password}@localhost/${test.config.database}?host=${encodeURIComponent(test.config.host ?? '')}`,
    cutAll: () =>
      admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${user}'`,
      ),
    async close() {
      writeFileSync(hba, readFileSync(hba, 'utf8').replace(line, ''));
      await admin.query('SELECT pg_reload_conf()');
      await admin.query(`REASSIGN OWNED BY ${user} TO postgres`);
      await admin.query(`DROP OWNED BY ${user}`);
      await admin.query(`DROP ROLE ${user}`);
      await admin.end();
      await test.close();
    },
  };
}

describe('a rotated database password', () => {
  it('is read again when PostgreSQL refuses the old one: pool, jobs and feed go on', async () => {
    const role = await roleWithPassword();
    const rotate = async (password: string) => {
      await role.setPassword(password);
      kv.put('db', { password });
    };
    await rotate('old p@ss/word#1');
    const fresh = await freshFrom({ DATABASE_URL: role.url });
    const place = await databaseFor(fresh.now(), { embedded: 'own', log, fresh });
    const database = openDatabase(place.config, { connectMs: 5000, renew: place.renew });
    const feed = postgresChangeFeed({ config: place.direct, log, renew: place.renew });
    const jobs = postgresJobs({
      config: place.direct,
      worker: true,
      onError: unheard,
      renew: place.renew,
    });
    /** What is asked on a connection before its end is known would be lost with it. */
    const cutOff = async () => {
      await role.cutAll();
      await eventually(() => database.pool.totalCount === 0);
    };
    try {
      await database.pool.query('SELECT 1');
      await jobs.overview();
      await eventually(() => feed.isFresh());

      await rotate('new: %&?');
      await cutOff();
      const asked = Array.from({ length: 10 }, () => database.pool.query('SELECT 1 AS one'));
      const answers = await Promise.all(asked);
      expect(answers.flatMap(({ rows }) => rows)).toHaveLength(10);
      expect(await database.prisma.$queryRaw`SELECT 1 AS one`).toEqual([{ one: 1 }]);
      const works = () =>
        jobs.overview().then(
          () => true,
          () => false,
        );
      await eventually(works);
      await eventually(() => feed.isFresh());
      expect([await works(), feed.isFresh()]).toEqual([true, true]);

      await role.setPassword('nobody has told Vault yet');
      await cutOff();
      const refused = await database.pool.query('SELECT 1').catch((error: unknown) => error);
      expect(isStoreAway(refused)).toBe(true);
      const inPrisma = await database.prisma.$queryRaw`SELECT 1`.catch((error: unknown) => error);
      expect(isStoreAway(inPrisma)).toBe(true);
      expect(lines.join()).not.toMatch(/p@ss|new:|old%20/);
    } finally {
      await jobs.close(100);
      await feed.close();
      await database.close();
      await role.close();
    }
  }, 60_000);
});

describe('a rotated mail password', () => {
  it('is read again when the mail server refuses the old one: no mail waits for it', async () => {
    let password = 'old';
    const mails = await openMailServer({
      options: {
        disabledCommands: ['STARTTLS'],
        authOptional: false,
        allowInsecureAuth: true,
        onAuth: (auth, _session, done) =>
          auth.password === password
            ? done(null, { user: 'me' })
            : done(new Error('Invalid username or password')),
      },
    });
    kv.put('mail', { password });
    const fresh = await freshFrom({
      SMTP_URL: `smtp://me:{vault:secret/mail#password}@127.0.0.1:${mails.port}`,
      MAIL_FROM: 'no-reply@example.com',
    });
    const mailer = openMailer(fresh.now(), { keep: async () => {} }, fresh);
    const deliver = (id: string) =>
      mailer.deliver({ id, to: 'a@example.com', subject: 's', text: 't', html: '<p>t</p>' });
    try {
      expect(await deliver('1')).toEqual({ outcome: 'accepted' });
      await mailer.close();
      password = 'new p@ss';
      kv.put('mail', { password });
      const second = openMailer(fresh.now(), { keep: async () => {} }, fresh);
      const three = ['2', '3', '4'].map((id) =>
        second.deliver({ id, to: 'a@example.com', subject: 's', text: 't', html: '<p>t</p>' }),
      );
      expect((await Promise.all(three)).map(({ outcome }) => outcome)).toEqual([
        'accepted',
        'accepted',
        'accepted',
      ]);
      expect(mails.taken).toHaveLength(4);
      await second.close();
    } finally {
      await mails.close();
    }
  });
});

const withRedis = process.env['TEST_REDIS'] ? ['Redis'] : [];

describe.each(withRedis)('a rotated password of %s', () => {
  it('is read again when Redis refuses the old one: the connection heals by itself', async () => {
    const redisServer = await startRedisServer();
    const admin = new Redis(redisServer.url);
    const rotate = async (password: string) => {
      await admin.config('SET', 'requirepass', password);
      kv.put('redis', { password });
    };
    await rotate('old');
    const fresh = await freshFrom({
      REDIS_URL: `redis://:{vault:secret/redis#password}@127.0.0.1:${redisServer.port}`,
    });
    const redis = await openRedis(fresh.now().REDIS_URL ?? '', log);
    keepRenewed(redis, fresh);
    try {
      expect(await redis.ping()).toBe('PONG');
      await rotate('new p@ss/word');
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      const answers = () => redis.ping().catch(() => 'none');
      await eventually(async () => (await answers()) === 'PONG');
      expect(await answers()).toBe('PONG');
      expect(lines.join()).not.toMatch(/old|p@ss/);
    } finally {
      redis.disconnect();
      admin.disconnect();
      await redisServer.discard();
    }
  });
});

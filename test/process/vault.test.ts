import { jest } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { gatehouseProcess } from '../support/command-line.ts';
import { type TestDatabase, freshDatabase } from '../support/database.ts';
import { databaseUrl } from '../support/database-url.ts';
import { type ServerProcess, spawnServer } from '../support/server-process.ts';
import { mountKv } from '../support/vault-kv.ts';
import { type VaultServer, openVaultServer } from '../support/vault-server.ts';

// Real processes beside other tests.
jest.setTimeout(120_000);

let database: TestDatabase;
let vault: VaultServer;
let server: ServerProcess | undefined;
const secret = randomBytes(32).toString('base64');
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  database = await freshDatabase();
  vault = await openVaultServer();
  vault.policies.write('gatehouse', { 'secret/data/gatehouse': ['read'] });
  mountKv(vault, 'secret', 2).put('gatehouse', {
    secret,
    database: databaseUrl(database.config),
    redis: 'hush-hush',
  });
  const role = vault.tokens.role({ policies: ['gatehouse'], ttlS: 900 });
  env = {
    VAULT_ADDR: vault.url,
    VAULT_ROLE_ID: role.roleId,
    VAULT_SECRET_ID: role.secretId,
    GATEHOUSE_SECRET: '{vault:secret/gatehouse#secret}',
    DATABASE_URL: '{vault:secret/gatehouse#database}',
  };
});

afterAll(async () => {
  await vault.close();
  await database.close();
});

it('a server waits for Vault behind its door, starts with what stands there, and shows none of it', async () => {
  vault.become('sealed');
  server = await spawnServer({ env: { ...env, LOG_LEVEL: 'trace' } });
  while (!server.stderr().includes('Vault is sealed')) await wait(50);
  expect((await server.ask('/health/live')).status).toBe(200);
  expect((await server.ask('/health/ready')).status).toBe(503);

  vault.become('well');
  await server.ready();
  const texts = await Promise.all(
    ['/health/live', '/health/ready', '/', '/jwks', '/nowhere'].map(async (path) => {
      const { headers, text } = await Object(server).ask(path);
      return JSON.stringify([...headers]) + text;
    }),
  );
  const pid = server.child.pid ?? 0;
  const title = readFileSync(`/proc/${pid}/cmdline`, 'utf8') + readFileSync(`/proc/${pid}/comm`);
  const shown = [...texts, title, server.stdout(), server.stderr()].join('\n');
  for (const hidden of [secret, encodeURIComponent(secret), env['VAULT_SECRET_ID']]) {
    expect(shown.includes(String(hidden)) && hidden).toBe(false);
  }
  // As the tokens of this Vault look.
  expect(shown).not.toMatch(/\bs\.[\w-]{24}\b/);
  expect(await server.stop()).toBe(0);
});

it('the command line reads the same, and tells all that is wrong without what stands there', async () => {
  const users = await gatehouseProcess(['user', 'list', '--json'], { env });
  expect([users.code, users.err]).toEqual([0, '']);
  const wrong = {
    DATABASE_URL: '{vault:secret/gatehouse#dsn}',
    REDIS_URL: '{vault:secret/gatehouse#redis}',
  };
  const refused = await gatehouseProcess(['user', 'list'], { env: { ...env, ...wrong } });
  expect(refused.code).toBe(2);
  expect(refused.err).toContain(
    'DATABASE_URL: secret/gatehouse in Vault has no text in a field dsn',
  );
  expect(refused.err).toContain('REDIS_URL: must be redis://');
  expect(refused.err).not.toContain('hush-hush');
  vault.become('sealed');
  const away = await gatehouseProcess(['user', 'list'], { env });
  vault.become('well');
  expect([away.code, away.err]).toEqual([1, 'Vault cannot serve now (503: Vault is sealed).\n']);
  expect((await gatehouseProcess(['user', 'list', '--help'], { env: wrong })).code).toBe(0);
});

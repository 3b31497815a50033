import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Environment, SettingsError } from '../../src/settings/settings.ts';
import { refuseRoot, settle } from '../../src/vault/settle.ts';
import { VaultAway } from '../../src/vault/vault.ts';
import { type VaultKv, mountKv } from '../support/vault-kv.ts';
import { type VaultServer, openVaultServer } from '../support/vault-server.ts';

const lines: string[] = [];
const log = {
  warn: (fields: object, message: string) => void lines.push(message + JSON.stringify(fields)),
  error: (fields: object, message: string) => void lines.push(message + JSON.stringify(fields)),
};
const secret = Buffer.alloc(32, 7).toString('base64');

let server: VaultServer;
let kv: VaultKv;
let old: VaultKv;
let env: Environment;

beforeEach(async () => {
  lines.length = 0;
  server = await openVaultServer();
  kv = mountKv(server, 'secret', 2);
  old = mountKv(server, 'team/old', 1);
  server.policies.write('gatehouse', {
    'secret/data/gatehouse/*': ['read'],
    'team/old/*': ['read'],
  });
  kv.put('gatehouse/db', { user: 'gate', password: 'p@ss:w/rd#1 %', host: 'db.example.com' });
  old.put('mail', { password: 'm@il pass', port: 2525 });
  env = {
    VAULT_ADDR: `${server.url}/`,
    VAULT_TOKEN: server.tokens.issue({ policies: ['gatehouse'], ttlS: 900 }),
  };
});

afterEach(() => server.close());

const DATABASE_URL =
  'postgres://{vault:secret/gatehouse/db#user}:{vault:secret/gatehouse/db#password}@{vault:secret/gatehouse/db#host}/gatehouse';

const settingsOf = async (more: Environment) => (await settle({ ...env, ...more }, log)).settings;

async function faultsOf(more: Environment): Promise<Record<string, string>> {
  try {
    await settle({ ...env, ...more }, log);
    return {};
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return Object.fromEntries(error.faults.map(({ variable, fault }) => [variable, fault]));
  }
}

describe('settings that refer to Vault', () => {
  it('hold what stands there, of both versions of KV, each part encoded for its place', async () => {
    const settings = await settingsOf({
      DATABASE_URL,
      SMTP_URL: 'smtp://me:{vault:team/old/mail#password}@127.0.0.1:{vault:team/old/mail#port}',
      MAIL_FROM: 'a@example.com',
    });
    expect(settings.DATABASE_URL).toBe(
      'postgres://gate:p%40ss%3Aw%2Frd%231%20%25@db.example.com/gatehouse',
    );
    expect(settings.SMTP_URL).toMatchObject({ password: 'm@il pass', port: 2525 });
  });

  it('ask once for each path', async () => {
    await settingsOf({ DATABASE_URL, DATABASE_LISTEN_URL: DATABASE_URL });
    expect(server.asked.filter((one) => one.includes('secret/data'))).toHaveLength(1);
  });

  it('are asked for by an AppRole, in a namespace', async () => {
    await server.close();
    server = await openVaultServer({ namespace: 'team' });
    mountKv(server, 'secret', 2).put('gatehouse/db', { user: 'u', password: 'p', host: 'h' });
    server.policies.write('gatehouse', { 'secret/data/gatehouse/db': ['read'] });
    const role = server.tokens.role({ policies: ['gatehouse'], ttlS: 900 });
    const settings = await settingsOf({
      VAULT_ADDR: server.url,
      VAULT_TOKEN: '',
      VAULT_ROLE_ID: role.roleId,
      VAULT_SECRET_ID: role.secretId,
      VAULT_NAMESPACE: 'team',
      DATABASE_URL,
    });
    expect(settings.DATABASE_URL).toBe('postgres://u:p@h/gatehouse');
  });

  it('are expanded once: never what Vault, a file or VAULT_* says', async () => {
    kv.put('gatehouse/brand', { name: '{vault:secret/gatehouse/db#user}' });
    const path = join(mkdtempSync(join(tmpdir(), 'secret-')), 'url');
    writeFileSync(path, 'postgres://{vault:secret/gatehouse/db#host}');
    const settings = await settingsOf({
      GATEHOUSE_BRAND_NAME: '{vault:secret/gatehouse/brand#name}',
      DATABASE_URL_FILE: path,
    });
    expect(settings.GATEHOUSE_BRAND_NAME).toBe('{vault:secret/gatehouse/db#user}');
    expect(settings.DATABASE_URL).toBe('postgres://{vault:secret/gatehouse/db#host}');
    expect(await faultsOf({ VAULT_NAMESPACE: '{vault:a/b#c}' })).toEqual({
      VAULT_NAMESPACE: expect.stringContaining('cannot stand in Vault'),
    });
  });

  it('can be read again, as they are by then', async () => {
    const { settings, again } = await settle({ ...env, DATABASE_URL }, log);
    kv.put('gatehouse/db', { user: 'gate', password: 'new', host: 'db.example.com' });
    expect((await again()).DATABASE_URL).toContain(':new@');
    expect(settings.DATABASE_URL).not.toContain(':new@');
  });

  it('do not ask Vault where none refers', async () => {
    const { vault } = await settle(env, log);
    expect(server.asked).toEqual([]);
    expect((await vault())?.address).toBe(server.url);
  });
});

describe('bad input is refused with its cause and the fix, all at once', () => {
  it('wherever it stands', async () => {
    kv.put('gatehouse/gone', { a: '1' });
    kv.softDelete('gatehouse/gone');
    kv.put('gatehouse/odd', { list: ['a'], empty: '', host: 'a/b' });
    server.mount('pki', () => ({ status: 200 }), { type: 'pki' });
    server.policies.write('gatehouse', {
      'secret/data/gatehouse/*': ['read'],
      'secret/data/other': ['create'],
      'pki/*': ['read'],
    });
    const faults = await faultsOf({
      PORT: 'many',
      DATABASE_URL: 'postgres://{vault:secret/gatehouse/db#name}@db/x',
      DATABASE_LISTEN_URL: 'postgres://u@{vault:secret/gatehouse/odd#host}/x',
      REDIS_URL: '{vault:secret/gatehouse/nothing#url}',
      GATEHOUSE_BRAND_NAME: '{vault:secret/gatehouse/gone#a}',
      SMTP_URL: '{vault:secret/data/gatehouse/db#user}',
      SMTP_URL_FALLBACK: '{vault:secret/other#url}',
      AWS_ACCESS_KEY_ID: '{vault:nowhere/x#id}',
      AWS_SESSION_TOKEN: '{vault:secret/gatehouse/odd#list}',
      AWS_SECRET_ACCESS_KEY: '{vault:pki/x#a}',
      LOG_LEVEL: '{vault:secret#x}',
    });
    expect(faults).toMatchObject({
      PORT: expect.any(String),
      DATABASE_URL:
        'secret/gatehouse/db in Vault has no text in a field name (there are: user, password, host); write it there, or name another.',
      DATABASE_LISTEN_URL:
        'is no host, but stands in the place of one; correct what stands in Vault.',
      REDIS_URL:
        'there is nothing at secret/gatehouse/nothing in Vault; write it with: vault kv put -mount=secret gatehouse/nothing <field>=...',
      GATEHOUSE_BRAND_NAME:
        'the newest version of secret/gatehouse/gone in Vault is deleted; undelete it, or write another.',
      SMTP_URL: expect.stringContaining('leave data/ out: secret/gatehouse/db.'),
      SMTP_URL_FALLBACK:
        'this token may not read secret/other in Vault; its policy needs: path "secret/data/other" { capabilities = ["read"] }.',
      AWS_ACCESS_KEY_ID: expect.stringContaining('there is no engine at nowhere/ in Vault'),
      AWS_SESSION_TOKEN: expect.stringContaining('has no text in a field list'),
      AWS_SECRET_ACCESS_KEY: expect.stringContaining('pki/ in Vault is no KV engine but pki'),
      LOG_LEVEL: expect.stringContaining('not like {vault:<mount>/<path>#<field>}'),
    });
  });

  it('half a Vault configuration', async () => {
    const none = { VAULT_ADDR: '', VAULT_TOKEN: '' };
    expect(await faultsOf({ ...none, DATABASE_URL })).toEqual({
      VAULT_ADDR: expect.stringContaining('a setting refers to Vault; say where it is'),
      VAULT_TOKEN: expect.stringContaining('VAULT_ROLE_ID with VAULT_SECRET_ID'),
    });
    expect(await faultsOf({ ...none, VAULT_ROLE_ID: 'x' })).toEqual({
      VAULT_ADDR: expect.any(String),
      VAULT_SECRET_ID: 'is missing; it goes with VAULT_ROLE_ID.',
    });
    expect(await faultsOf({ DATABASE_URL, VAULT_ROLE_ID: 'x', VAULT_SECRET_ID: 'y' })).toEqual({
      VAULT_ROLE_ID: 'is given beside a token; keep one of the two.',
    });
    expect(await faultsOf({ VAULT_TOKEN_FILE: '/nowhere' })).toEqual({
      VAULT_TOKEN: 'is given twice; remove it or VAULT_TOKEN_FILE.',
    });
    expect(await faultsOf({ VAULT_ADDR: 'https://vault/v1', VAULT_CACERT: '/nowhere' })).toEqual({
      VAULT_ADDR: expect.stringContaining('without a path'),
      VAULT_CACERT: expect.stringContaining('PEM'),
    });
  });

  it('a token that has ended, or opens nothing', async () => {
    expect(await faultsOf({ DATABASE_URL, VAULT_TOKEN: 's.gone', PORT: 'many' })).toEqual({
      PORT: expect.any(String),
      VAULT_TOKEN: expect.stringContaining('Vault does not know this token'),
    });
    const bare = server.tokens.issue({ ttlS: 900 });
    expect(await faultsOf({ DATABASE_URL, VAULT_TOKEN: bare })).toEqual({
      DATABASE_URL: expect.stringContaining(
        'path "secret/data/gatehouse/db" { capabilities = ["read"] }',
      ),
    });
  });

  it('an AppRole that opens nothing', async () => {
    const role = { VAULT_TOKEN: '', VAULT_ROLE_ID: 'a', VAULT_SECRET_ID: 'b' };
    expect(await faultsOf({ DATABASE_URL, ...role })).toEqual({
      VAULT_ROLE_ID: expect.stringContaining('make a new secret id'),
    });
  });

  it('a token file without a token', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'token-')), 'token');
    writeFileSync(path, '\n');
    expect(await faultsOf({ DATABASE_URL, VAULT_TOKEN: '', VAULT_TOKEN_FILE: path })).toEqual({
      VAULT_TOKEN_FILE: expect.stringContaining('holds no token'),
    });
  });

  it('a root token, in production', async () => {
    const root = server.tokens.issue({ policies: ['root'] });
    const faults = await faultsOf({
      NODE_ENV: 'production',
      ISSUER: 'https://id.example.com',
      GATEHOUSE_SECRET: secret,
      VAULT_TOKEN: root,
      DATABASE_URL,
    });
    expect(faults).toEqual({ VAULT_TOKEN: expect.stringContaining('is a root token') });
  });

  it('a root token that only signs, in production, and no other', async () => {
    const production = {
      NODE_ENV: 'production',
      ISSUER: 'https://id.example.com',
      GATEHOUSE_SECRET: secret,
      DATABASE_URL: 'postgres://db.example.com/gatehouse',
      SMTP_URL: 'smtps://mail.example.com',
      MAIL_FROM: 'gatehouse@example.com',
      VAULT_TRANSIT_KEY: 'gatehouse',
    };
    const looks = async (policies: string[], more: Environment = {}) => {
      const VAULT_TOKEN = server.tokens.issue({ policies });
      const settled = await settle({ ...env, ...production, VAULT_TOKEN, ...more }, log);
      const vault = await settled.vault();
      await (vault && refuseRoot(vault, settled.settings));
    };
    await expect(looks(['root'])).rejects.toThrow('VAULT_TOKEN: is a root token');
    await looks(['gatehouse']);
    const development = { NODE_ENV: 'development', ISSUER: '', SMTP_URL: '', MAIL_FROM: '' };
    await looks(['root'], development);
  });

  it('a way that is not encrypted, in production, unless it stays on this machine', async () => {
    const faultOf = async (VAULT_ADDR: string, NODE_ENV = 'production') =>
      (await faultsOf({ VAULT_ADDR, NODE_ENV, DATABASE_URL, ISSUER: 'gate' }))['VAULT_ADDR'];
    expect(await faultOf('http://0.0.0.0:1')).toContain('would carry the token in clear');
    expect(await faultOf('http://localhost.example.com')).toContain('in clear');
    expect(await faultOf('https://0.0.0.0:1')).toBeUndefined();
    expect(await faultOf('http://[::1]:1')).toBeUndefined();
    expect(await faultOf('http://0.0.0.0:1', 'development')).toBeUndefined();
    const signing = { VAULT_ADDR: 'http://vault:8200', NODE_ENV: 'production' };
    expect(await faultsOf({ ...signing, VAULT_TRANSIT_KEY: 'gatehouse' })).toMatchObject({
      VAULT_ADDR: expect.stringContaining('in clear'),
    });
  });

  it('what is no Vault', async () => {
    server.become('rubbish');
    expect(await faultsOf({ DATABASE_URL })).toEqual({
      VAULT_ADDR: expect.stringContaining('is no Vault. Correct VAULT_ADDR'),
    });
    server.become({ answer: { status: 200, body: { data: { password: 'x' } } } });
    expect(await faultsOf({ DATABASE_URL })).toEqual({ VAULT_ADDR: expect.any(String) });
    server.become({ answer: { status: 200, body: { data: [] } } }, ({ path }) =>
      path.includes('/data/'),
    );
    expect(await faultsOf({ DATABASE_URL })).toEqual({
      DATABASE_URL: expect.stringContaining('is not what Vault would say'),
    });
  });
});

describe('a Vault that is absent', () => {
  it.each(['sealed', 'standby', 'reset'] as const)('is waited for: %s', async (mood) => {
    server.become(mood);
    await expect(settle({ ...env, DATABASE_URL }, log)).rejects.toThrow(VaultAway);
  });

  it('is not waited for where something is wrong anyway', async () => {
    server.become('sealed');
    expect(await faultsOf({ DATABASE_URL, PORT: 'many' })).toEqual({ PORT: expect.any(String) });
  });
});

it('no fault and no line of the log holds what stands in Vault', async () => {
  kv.put('gatehouse/net', { proxies: 'hush-hush', url: 'http://hush-hush/hush-hush' });
  const faults = await faultsOf({
    GATEHOUSE_TRUSTED_PROXIES: '{vault:secret/gatehouse/net#proxies}',
    ISSUER: '{vault:secret/gatehouse/net#url}',
    REDIS_URL: '{vault:secret/gatehouse/net#url}',
    GATEHOUSE_PROFILE: '{vault:secret/gatehouse/net#proxies}',
  });
  expect(Object.keys(faults)).toHaveLength(4);
  expect(JSON.stringify([faults, lines])).not.toContain('hush-hush');
  expect(JSON.stringify([faults, lines])).not.toContain(env['VAULT_TOKEN']);
});

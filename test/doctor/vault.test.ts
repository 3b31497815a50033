import type { Finding } from '../../src/doctor/finding.ts';
import { POLICY } from '../keys/vault-house.ts';
import { gatehouse } from '../support/command-line.ts';
import { type VaultServer, openVaultServer } from '../support/vault-server.ts';
import { type TransitEngine, transitEngine } from '../support/vault-transit.ts';

let server: VaultServer;
let engine: TransitEngine;
beforeEach(async () => {
  server = await openVaultServer();
  engine = transitEngine();
  server.mount('transit', engine);
  server.policies.write('gatehouse', POLICY);
});
afterEach(() => server.close());

async function ask(env: Record<string, string>) {
  const { code, out } = await gatehouse(['doctor', '--json'], {
    env: { VAULT_ADDR: server.url, VAULT_TRANSIT_KEY: 'gatehouse', ...env },
  });
  for (const secret of Object.values(env)) expect(out).not.toContain(secret);
  const answer: { findings: Finding[]; examined: { part: string; told: string }[] } =
    JSON.parse(out);
  return {
    code,
    told: answer.examined.find(({ part }) => part === 'Vault')?.told,
    findings: answer.findings.filter(({ name }) => /^vault-(?!slow)/.test(name)),
  };
}

const withPolicy = (rules: Record<string, string[]>) => {
  server.policies.write('other', rules);
  return ask({ VAULT_TOKEN: server.tokens.issue({ policies: ['other'], ttlS: 3600 }) });
};

it('is well with the policy that an operator is told to write', async () => {
  const { roleId, secretId } = server.tokens.role({ policies: ['gatehouse'], ttlS: 3600 });
  const asRole = { VAULT_ROLE_ID: roleId, VAULT_SECRET_ID: secretId };
  const before = await ask(asRole);
  expect(before.findings).toEqual([]);
  expect(before.told).toMatch(/, transit key transit\/gatehouse \(not made yet\), \d+ ms$/);
  engine.operate('keys/gatehouse', { type: 'rsa-2048' });
  engine.operate('keys/gatehouse/rotate');
  const after = await ask(asRole);
  expect(after.findings).toEqual([]);
  expect(after.told).toContain('transit key transit/gatehouse (2 versions)');
});

it('sees a policy that does not allow to sign, or not to make new keys', async () => {
  engine.operate('keys/gatehouse', { type: 'rsa-2048' });
  const { code, findings } = await withPolicy({ 'transit/keys/gatehouse': ['read'] });
  expect(code).toBe(1);
  expect(findings.map(({ name, what }) => [name, what])).toEqual([
    ['vault-may-not-sign', 'This token may not sign: transit/gatehouse.'],
    ['vault-may-not-rotate', 'This token may not rotate: transit/gatehouse.'],
  ]);
});

it('sees a policy that allows to carry the key out', async () => {
  const { findings } = await withPolicy({ 'transit/*': ['read', 'update'] });
  expect(findings.map(({ name, what }) => [name, what])).toEqual([
    ['vault-may-export', 'This token may export and back up and configure: transit/gatehouse.'],
  ]);
});

it('sees a key that may leave, and one that is no RSA key', async () => {
  const token = server.tokens.issue({ policies: ['gatehouse'], ttlS: 3600 });
  engine.operate('keys/gatehouse', { type: 'rsa-2048', exportable: true });
  const names = async () => (await ask({ VAULT_TOKEN: token })).findings.map(({ name }) => name);
  expect(await names()).toEqual(['vault-key-leaves']);
  engine.remove('gatehouse');
  engine.operate('keys/gatehouse');
  expect(await names()).toEqual(['vault-key-type']);
});

it('sees a root token', async () => {
  const { findings } = await ask({ VAULT_TOKEN: server.tokens.issue({ policies: ['root'] }) });
  expect(findings.map(({ name, severity }) => [name, severity])).toEqual([
    ['vault-root', 'warning'],
  ]);
});

it('tells a Vault that is sealed, a secret id that is not known, and a token that has ended', async () => {
  const { roleId } = server.tokens.role({ policies: ['gatehouse'], ttlS: 3600 });
  const wrong = await ask({ VAULT_ROLE_ID: roleId, VAULT_SECRET_ID: 'vault-sesame-of-old' });
  expect(wrong.findings.map(({ name }) => name)).toEqual(['vault-refused']);
  server.become('sealed');
  const sealed = await ask({ VAULT_TOKEN: server.tokens.issue({ ttlS: 60 }) });
  expect(sealed.findings.map(({ name }) => name)).toEqual(['vault-unreachable']);
  expect(sealed.code).toBe(1);
});

it('says so where the settings themselves stand in a Vault that is away', async () => {
  server.become('sealed');
  const { code, findings } = await ask({
    VAULT_TOKEN: server.tokens.issue({ ttlS: 60 }),
    DATABASE_URL: '{vault:secret/gatehouse#database}',
  });
  expect(code).toBe(1);
  expect(findings.map(({ name }) => name)).toEqual(['vault-unreachable']);
});

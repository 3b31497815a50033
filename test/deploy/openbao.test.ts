import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askAt } from '../../deploy/openbao/ask.ts';
import { NAME, setUp } from '../../deploy/openbao/set-up.ts';
import { root } from './compose-file.ts';
import { type FreshVault, openFreshVault, rulesIn } from './fresh-vault.ts';

const policy = readFileSync(join(root, 'deploy/openbao/policy.hcl'), 'utf8');

let vault: FreshVault;
let place: string;
beforeEach(async () => {
  vault = await openFreshVault();
  place = mkdtempSync(join(tmpdir(), 'gatehouse-openbao-'));
});
afterEach(async () => {
  await vault.close();
  rmSync(place, { recursive: true });
});

const secretId = () => join(place, 'vault-secret-id');
const run = () =>
  setUp({ address: vault.url, admin: place, secretId: secretId(), policy, patienceMs: 2000 });

async function loggedIn() {
  const ask = askAt(vault.url);
  const body = { role_id: NAME, secret_id: readFileSync(secretId(), 'utf8').trim() };
  const { auth } = await ask('POST', 'auth/approle/login', { body });
  const token = String(Object(auth).client_token);
  return (method: 'GET' | 'POST', path: string, sent?: object) =>
    ask(method, path, { token, ...(sent && { body: sent }) });
}

it('lets Gatehouse see its key, sign and rotate, and nothing else', async () => {
  expect(await run()).toBe('made');
  const ask = await loggedIn();
  const { data } = await ask('GET', `transit/keys/${NAME}`);
  expect(data).toMatchObject({ type: 'rsa-2048', exportable: false, latest_version: 1 });
  const input = Buffer.alloc(32).toString('base64');
  const signed = await ask('POST', `transit/sign/${NAME}`, { input, prehashed: true });
  expect(Object(signed['data']).signature).toMatch(/^vault:v1:/);
  await ask('POST', `transit/keys/${NAME}/rotate`);
  for (const path of [
    `transit/export/signing-key/${NAME}`,
    `transit/backup/${NAME}`,
    'sys/mounts',
    'transit/keys/other',
  ]) {
    await expect(ask('GET', path)).rejects.toThrow('403');
  }
  for (const path of [`transit/keys/${NAME}/config`, 'transit/keys/other', 'transit/sign/other']) {
    await expect(ask('POST', path, {})).rejects.toThrow('403');
  }
});

it('gives up its own rights, and leaves each file to its owner alone', async () => {
  await run();
  const kept = JSON.parse(readFileSync(join(place, 'init.json'), 'utf8'));
  expect(kept).toMatchObject({ recovery_keys: ['a1b2'] });
  expect(kept.root_token).toBeUndefined();
  expect(vault.asked.at(-1)).toBe('POST auth/token/revoke-self');
  for (const file of readdirSync(place)) {
    expect([file, statSync(join(place, file)).mode & 0o777]).toEqual([file, 0o600]);
  }
});

it('does nothing a second time', async () => {
  await run();
  const before = readFileSync(secretId(), 'utf8');
  const asked = vault.asked.length;
  expect(await run()).toBe('was there');
  expect(readFileSync(secretId(), 'utf8')).toBe(before);
  expect(vault.asked.slice(asked)).not.toContain(`POST transit/keys/${NAME}`);
});

it('goes on where it was interrupted', async () => {
  vault.inner.become({ answer: { status: 500, body: { errors: ['out of order'] } } }, ({ path }) =>
    path.startsWith('transit/keys'),
  );
  await expect(run()).rejects.toThrow('out of order');
  vault.inner.become('well');
  expect(await run()).toBe('made');
  expect(await run()).toBe('was there');
});

it('says what to do where the secret id is lost', async () => {
  await run();
  rmSync(secretId());
  await expect(run()).rejects.toThrow('is lost');
});

it('notices a policy that lets the key out', async () => {
  const loose = `${policy}\npath "transit/export/*" {\n  capabilities = ["read"]\n}\n`;
  expect(Object.keys(rulesIn(loose))).toHaveLength(Object.keys(rulesIn(policy)).length + 1);
  vault.inner.become({ answer: { status: 200, body: { data: { keys: {} } } } }, ({ path }) =>
    path.startsWith('transit/export'),
  );
  await expect(run()).rejects.toThrow('export its key');
});

/**
 * Makes a fresh OpenBao ready for Gatehouse, once: initialises it, makes the transit key and an AppRole that may do what
 * policy.hcl says, and gives up its own rights. Where that is done it only looks whether the AppRole still opens.
 */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { type Ask, askAt } from './ask.ts';

export interface SetUp {
  /** Where OpenBao is, without a path at its end. */
  address: string;
  /** A folder for what only an administrator needs: the recovery key. */
  admin: string;
  /** The file that Gatehouse reads its secret id from. */
  secretId: string;
  policy: string;
  patienceMs?: number;
}

export const NAME = 'gatehouse';
const ROLE = `auth/approle/role/${NAME}`;

export async function setUp(options: SetUp): Promise<'made' | 'was there'> {
  const ask = askAt(options.address);
  await answering(ask, options.patienceMs ?? 60_000);
  const { initialized } = await ask('GET', 'sys/init');
  const place = join(options.admin, 'init.json');
  if (initialized !== true) keep(place, JSON.stringify(await initialised(ask)));
  await open(ask, options.patienceMs ?? 60_000);
  const root = rootTokenIn(place);
  if (root === undefined) {
    await assertOpens(ask, options.secretId);
    return 'was there';
  }
  await makeAll(ask, root, options);
  await assertOpens(ask, options.secretId);
  await ask('POST', 'auth/token/revoke-self', { token: root });
  keep(place, JSON.stringify({ ...jsonIn(place), root_token: undefined }));
  return 'made';
}

/** Its certificate may be made a moment before it listens. */
async function answering(ask: Ask, patienceMs: number): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      return void (await ask('GET', 'sys/seal-status'));
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(250);
    }
  }
}

/** The seal opens it; this key is for making another root token, should one be needed. */
function initialised(ask: Ask): Promise<Record<string, unknown>> {
  return ask('POST', 'sys/init', { body: { recovery_shares: 1, recovery_threshold: 1 } });
}

async function open(ask: Ask, patienceMs: number): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const { sealed } = await ask('GET', 'sys/seal-status');
    // 200 is said by the active node alone, which it is not at once.
    if (sealed === false && (await ask('GET', 'sys/health').catch(() => undefined))) return;
    if (performance.now() > deadline) throw new Error('OpenBao stays sealed; look at its log.');
    await sleep(250);
  }
}

async function makeAll(ask: Ask, token: string, { policy, secretId }: SetUp): Promise<void> {
  const post = (path: string, body: object) => ask('POST', path, { token, body });
  const mounts = await ask('GET', 'sys/mounts', { token });
  if (!('transit/' in mounts)) await post('sys/mounts/transit', { type: 'transit' });
  const ways = await ask('GET', 'sys/auth', { token });
  if (!('approle/' in ways)) await post('sys/auth/approle', { type: 'approle' });
  // No harm to one that exists.
  await post(`transit/keys/${NAME}`, { type: 'rsa-2048', exportable: false });
  await post(`sys/policies/acl/${NAME}`, { policy });
  await post(ROLE, { token_policies: [NAME], token_ttl: '1h', token_max_ttl: '24h' });
  await post(`${ROLE}/role-id`, { role_id: NAME });
  const { data } = await post(`${ROLE}/secret-id`, {});
  keep(secretId, String(Object(data).secret_id));
}

/** Whoever finds this out here need not find it out from a server that cannot sign. */
async function assertOpens(ask: Ask, secretId: string): Promise<void> {
  if (!existsSync(secretId))
    throw new Error(`${secretId} is lost, and the root token is given up.`);
  const body = { role_id: NAME, secret_id: readFileSync(secretId, 'utf8').trim() };
  const { auth } = await ask('POST', 'auth/approle/login', { body });
  const token = String(Object(auth).client_token);
  await ask('GET', `transit/keys/${NAME}`, { token });
  const exported = await ask('GET', `transit/export/signing-key/${NAME}`, { token }).catch(
    () => undefined,
  );
  await ask('POST', 'auth/token/revoke-self', { token });
  if (exported) throw new Error('The policy lets Gatehouse export its key. Restore policy.hcl.');
}

function rootTokenIn(place: string): string | undefined {
  const { root_token: token } = existsSync(place) ? jsonIn(place) : {};
  return typeof token === 'string' ? token : undefined;
}

function jsonIn(place: string): Record<string, unknown> {
  return JSON.parse(readFileSync(place, 'utf8'));
}

/** Whole or not at all, and for its owner alone. */
function keep(place: string, text: string): void {
  rmSync(`${place}.new`, { force: true });
  writeFileSync(`${place}.new`, `${text}\n`, { mode: 0o600, flush: true });
  renameSync(`${place}.new`, place);
}

if (import.meta.main) {
  const done = await setUp({
    address: process.env['VAULT_ADDR'] ?? 'https://openbao:8200',
    admin: '/admin',
    secretId: '/secrets/vault-secret-id',
    policy: readFileSync(join(import.meta.dirname, 'policy.hcl'), 'utf8'),
  });
  process.stdout.write(done === 'made' ? 'OpenBao is set up.\n' : 'OpenBao was set up already.\n');
}

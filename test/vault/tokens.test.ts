import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openVault } from '../../src/vault/open-vault.ts';
import { type Vault, type VaultLogin, VaultAway, VaultRefused } from '../../src/vault/vault.ts';
import { type VaultServer, openVaultServer } from '../support/vault-server.ts';

/** Time stands where it is put, and what was put off is done when it is due. */
function turnedClock() {
  let time = 0;
  const waiting = new Set<{ at: number; work: () => void }>();
  return {
    now: () => time,
    later(work: () => void, ms: number) {
      const one = { at: time + ms, work };
      waiting.add(one);
      return () => void waiting.delete(one);
    },
    pass(ms: number) {
      time += ms;
      for (const one of waiting) {
        if (one.at > time) continue;
        waiting.delete(one);
        one.work();
      }
    },
    /** How long until something is due. */
    next: () => Math.min(...[...waiting].map(({ at }) => at)) - time,
  };
}

let clock: ReturnType<typeof turnedClock>;
let server: VaultServer;
let vault: Vault;
let lines: string[];

beforeEach(async () => {
  clock = turnedClock();
  server = await openVaultServer({ now: clock.now });
  lines = [];
});

afterEach(async () => {
  vault.close();
  await server.close();
});

function open(login: VaultLogin, patienceMs = 5000): Vault {
  const log = { warn: tell, error: tell };
  vault = openVault({ address: server.url, login }, { log, ...clock, patienceMs });
  return vault;
}

const tell = (_fields: object, message: string) => void lines.push(message);

const until = async (isTrue: () => boolean) => {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
};

const LOOK = { method: 'GET', path: 'auth/token/lookup-self' } as const;
const logIns = () => server.asked.filter((one) => one.endsWith('approle/login')).length;
const renewals = () => server.asked.filter((one) => one.endsWith('renew-self')).length;

function appRole(kind: { ttlS?: number; maxTtlS?: number } = { ttlS: 900 }) {
  const role = server.tokens.role(kind);
  return { role, ...open({ by: 'approle', ...role }) };
}

describe('a token that was given', () => {
  it('is used as it is, and renewed at two thirds of its life', async () => {
    const token = server.tokens.issue({ ttlS: 900 });
    await open({ by: 'token', token }).token();
    expect(await vault.token()).toBe(token);
    expect(clock.next()).toBe(600_000);
    clock.pass(600_000);
    await until(() => renewals() === 1 && clock.next() === 600_000);
    clock.pass(600_000);
    await until(() => renewals() === 2 && clock.next() === 600_000);
    expect(await vault.ask(LOOK)).toMatchObject({ data: { ttl: 900 } });
    expect(lines).toEqual([]);
  });

  it('that lives for ever is not renewed', async () => {
    await open({ by: 'token', token: server.tokens.issue({}) }).token();
    expect(clock.next()).toBe(Infinity);
  });

  it('that Vault refuses is no reason to ask again, but to raise an alarm, once a minute', async () => {
    const token = server.tokens.issue({ ttlS: 900 });
    await open({ by: 'token', token }).token();
    server.tokens.revoke(token);
    for (let tries = 0; tries < 5; tries += 1) {
      await expect(vault.refused(token)).rejects.toThrow('Vault refuses VAULT_TOKEN');
      clock.pass(10);
    }
    expect(lines).toEqual(['Vault refuses what is asked of it']);
    clock.pass(61_000);
    await expect(vault.refused(token)).rejects.toThrow(VaultRefused);
    expect(lines).toHaveLength(2);
    expect(server.asked).toHaveLength(1);
  });

  it('that may not look at itself is used all the same', async () => {
    const token = server.tokens.issue({ ttlS: 900, withoutDefault: true });
    expect(await open({ by: 'token', token }).token()).toBe(token);
  });

  it('that nears the end of its longest life raises an alarm before', async () => {
    await open({ by: 'token', token: server.tokens.issue({ ttlS: 900, maxTtlS: 1000 }) }).token();
    clock.pass(600_000);
    await until(() => lines.length === 1);
    expect(lines).toEqual([
      'the Vault token ends soon and cannot be renewed any more: give another one',
    ]);
  });

  it('is tried again while Vault is away, before it ends', async () => {
    await open({ by: 'token', token: server.tokens.issue({ ttlS: 900 }) }).token();
    server.become('sealed');
    clock.pass(600_000);
    await until(() => lines.length === 1 && clock.next() < 100_000);
    server.become('well');
    clock.pass(30_000);
    await until(() => clock.next() === 600_000);
    expect(await vault.ask(LOOK)).toMatchObject({ data: { ttl: 900 } });
  });
});

describe('a token in a file', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'token-')), 'token');

  it('is read again when the file changes', async () => {
    const first = server.tokens.issue({ ttlS: 900 });
    writeFileSync(path, `${first}\n`);
    expect(await open({ by: 'token-file', path }).token()).toBe(first);
    const second = server.tokens.issue({ ttlS: 900 });
    writeFileSync(path, second);
    clock.pass(1001);
    expect(await vault.token()).toBe(second);
  });

  it('is read at once when Vault refuses the old one', async () => {
    const first = server.tokens.issue({ ttlS: 900 });
    writeFileSync(path, first);
    await open({ by: 'token-file', path }).token();
    server.tokens.revoke(first);
    const second = server.tokens.issue({ ttlS: 900 });
    writeFileSync(path, second);
    expect(await vault.ask(LOOK)).toMatchObject({ data: { id: second } });
  });

  it('stays what it was while the file is empty', async () => {
    const token = server.tokens.issue({ ttlS: 900 });
    writeFileSync(path, token);
    await open({ by: 'token-file', path }).token();
    writeFileSync(path, '');
    clock.pass(1001);
    expect(await vault.token()).toBe(token);
  });
});

describe('an AppRole', () => {
  it('logs in once for all who ask at the same time', async () => {
    appRole();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => vault.token()));
    expect(new Set(tokens).size).toBe(1);
    expect(logIns()).toBe(1);
  });

  it('logs in once more for all whose token was refused', async () => {
    appRole();
    const token = await vault.token();
    server.tokens.revoke(token);
    const looks = await Promise.all(Array.from({ length: 20 }, () => vault.ask(LOOK)));
    expect(looks).toHaveLength(20);
    expect(logIns()).toBe(2);
    expect(await vault.refused(token)).toBe(await vault.token());
    expect(lines).toEqual(['Vault refused its token: logged in again']);
  });

  it('never loops where the new token is refused too', async () => {
    appRole();
    await vault.token();
    server.become('forbidden', ({ path }) => path === LOOK.path);
    for (let tries = 0; tries < 50; tries += 1) {
      await expect(vault.ask(LOOK)).rejects.toThrow(VaultRefused);
      clock.pass(10);
    }
    expect(logIns()).toBe(2);
    expect(lines.filter((line) => line === 'Vault refuses what is asked of it')).toHaveLength(1);
    server.become('well');
    expect(await vault.ask(LOOK)).toMatchObject({ data: { renewable: true } });
  });

  it('logs in a second after a login that failed, however often that was', async () => {
    appRole();
    const dead = await vault.token();
    server.tokens.revoke(dead);
    server.become('forbidden');
    for (let tries = 1; tries <= 5; tries += 1) {
      await expect(vault.refused(dead)).rejects.toThrow(VaultRefused);
      await expect(vault.refused(dead)).rejects.toThrow(VaultRefused);
      expect(logIns()).toBe(1 + tries);
      clock.pass(1001);
    }
    server.become('well');
    expect(await vault.refused(dead)).not.toBe(dead);
  });

  it('logs in anew when its token nears the end of its longest life', async () => {
    appRole({ ttlS: 900, maxTtlS: 1000 });
    const first = await vault.token();
    clock.pass(600_000);
    await until(() => logIns() === 2 && clock.next() === 600_000);
    expect(await vault.token()).not.toBe(first);
    expect(lines).toEqual([]);
  });

  it('with a wrong secret id says so', async () => {
    const { role } = appRole();
    role.newSecretId();
    await expect(vault.token()).rejects.toThrow('VAULT_ROLE_ID and VAULT_SECRET_ID open nothing');
  });

  it('reads its secret id from the file at each login', async () => {
    const role = server.tokens.role({ ttlS: 900 });
    const path = join(mkdtempSync(join(tmpdir(), 'secret-id-')), 'secret-id');
    writeFileSync(path, role.secretId);
    open({ by: 'approle', roleId: role.roleId, secretId: { path } });
    const first = await vault.token();
    writeFileSync(path, role.newSecretId());
    expect(await vault.refused(first)).not.toBe(first);
  });
});

describe('a Vault that does not serve', () => {
  it.each([
    ['sealed', 'Vault cannot serve now (503: Vault is sealed).'],
    ['standby', 'Vault cannot serve now (503: no active Vault instance found).'],
    ['hang', 'Vault did not answer in 0.3 seconds.'],
    ['reset', /^Vault cannot be reached at http:\S+ \(ECONNRESET\)\.$/],
  ] as const)('is away when %s', async (mood, sentence) => {
    open({ by: 'token', token: server.tokens.issue({}) }, 300);
    server.become(mood);
    await expect(vault.token()).rejects.toThrow(VaultAway);
    await expect(vault.token()).rejects.toThrow(sentence);
    server.become('well');
    await vault.token();
  });

  it('is away when nobody listens', async () => {
    open({ by: 'token', token: 'none' });
    await server.close();
    await expect(vault.token()).rejects.toThrow(VaultAway);
  });

  it('is none when it answers something else', async () => {
    open({ by: 'token', token: 'none' });
    server.become('rubbish');
    await expect(vault.token()).rejects.toThrow('is no Vault. Correct VAULT_ADDR');
  });
});

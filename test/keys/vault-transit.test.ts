import { createPublicKey, hash, verify } from 'node:crypto';
import type { Signable } from '../../src/keys/signatures.ts';
import type { TransitVersion } from '../../src/keys/transit-answers.ts';
import { openTransit } from '../../src/keys/vault-transit.ts';
import { timeOf, timeUntil } from '../support/stopwatch.ts';
import type { VaultMood } from '../support/vault-server.ts';
import { MISBEHAVIOURS } from '../support/vault-transit-sign.ts';
import { POLICY, type TestVault, openTestVault } from './vault-house.ts';

const data = Buffer.from('header.payload');

let vault: TestVault;
beforeEach(async () => {
  vault = await openTestVault();
});
afterEach(() => vault.close());

function signable({ kid, publicJwk }: TransitVersion) {
  return { kid, publicKey: createPublicKey({ key: publicJwk, format: 'jwk' }) };
}

async function version(number: number) {
  const { byKid } = await vault.key.read();
  const found = [...byKid.values()].find((one) => one.number === number);
  if (!found) throw new Error(`There is no version ${number}.`);
  return signable(found);
}

const timeUntilSigned = (key: Signable) =>
  timeUntil(() => vault.key.sign(key, data).catch(() => undefined));

describe('the transit key', () => {
  it('is made where it is missing: RSA 2048 that cannot be carried out', async () => {
    expect((await vault.key.read()).latest).toBe(0);
    expect((await vault.key.create()).latest).toBe(1);
    const { body } = vault.engine.operate('keys/gatehouse');
    expect(body).toMatchObject({
      data: { type: 'rsa-2048', exportable: false, allow_plaintext_backup: false },
    });
  });

  it('is not made twice by processes that begin at once', async () => {
    const made = await Promise.all([vault.key.create(), vault.key.create(), vault.key.create()]);
    expect(made.map(({ latest }) => latest)).toEqual([1, 1, 1]);
  });

  it.each([
    ['of another type', {}, 'is aes256-gcm96, not rsa-2048'],
    ['that is exportable', { type: 'rsa-2048', exportable: true }, 'may be carried out of Vault'],
    ['with plain backups', { type: 'rsa-2048', allow_plaintext_backup: true }, 'carried out'],
  ])('%s is refused, with the way out', async (_, body, why) => {
    vault.engine.operate('keys/gatehouse', body);
    await expect(vault.key.read()).rejects.toThrow(why);
    await expect(vault.key.read()).rejects.toThrow('Name another key in VAULT_TRANSIT_KEY');
  });

  it('is missed where there is no transit engine, and the remedy is told', async () => {
    vault.server.policies.write('gatehouse', { '*': ['read', 'update'] });
    const elsewhere = vault.transit.key('elsewhere/gatehouse');
    await expect(elsewhere.create()).rejects.toThrow(
      'vault secrets enable -path=elsewhere transit',
    );
  });
});

describe('a signature', () => {
  it('is PKCS #1 v1.5 by exactly the version that was asked for', async () => {
    await vault.key.create();
    const first = await version(1);
    await vault.key.rotate();
    for (const key of [first, await version(2)]) {
      expect(verify('sha256', data, key.publicKey, await vault.key.sign(key, data))).toBe(true);
    }
  });

  it('shows Vault a digest, and nothing of what is signed', async () => {
    await vault.key.create();
    await vault.key.sign(await version(1), data);
    expect(vault.engine.orders()).toEqual([
      {
        input: hash('sha256', data, 'base64'),
        prehashed: true,
        hash_algorithm: 'sha2-256',
        signature_algorithm: 'pkcs1v15',
        marshaling_algorithm: 'jws',
        key_version: 1,
      },
    ]);
  });

  it('of a version that was made elsewhere a moment ago is had without waiting', async () => {
    await vault.key.create();
    const elsewhere = openTransit(vault);
    const key = elsewhere.key('transit/gatehouse');
    await key.read();
    await vault.key.rotate();
    const signature = await key.sign(await version(2), data);
    expect(signature).toHaveLength(256);
    elsewhere.close();
  });

  it('of a version that Vault was told not to use is not even asked for', async () => {
    await vault.key.create();
    const first = await version(1);
    await vault.key.rotate();
    vault.engine.operate('keys/gatehouse/config', { min_encryption_version: 2 });
    await vault.key.read();
    await expect(vault.key.sign(first, data)).rejects.toThrow('may not use version 1');
    expect(vault.engine.orders()).toEqual([]);
    vault.engine.operate('keys/gatehouse/config', { min_encryption_version: 1 });
    await vault.key.read();
    await vault.key.sign(first, data);
  });

  it('of a version that is gone is refused, and the others sign on', async () => {
    await vault.key.create();
    const first = await version(1);
    await vault.key.rotate();
    const limits = { min_encryption_version: 2, min_decryption_version: 2 };
    vault.engine.operate('keys/gatehouse/config', limits);
    vault.engine.operate('keys/gatehouse/trim', { min_available_version: 2 });
    await expect(vault.key.sign(first, data)).rejects.toMatchObject({ code: 'SIGNER_AWAY' });
    await vault.key.sign(await version(2), data);
    await expect(vault.key.sign(first, data)).rejects.toThrow('has no version');
  });

  it.each(MISBEHAVIOURS)('like this never leaves: %s', async (way) => {
    await vault.key.create();
    await vault.key.rotate();
    const key = await version(2);
    vault.engine.misbehave(way);
    await expect(vault.key.sign(key, data)).rejects.toMatchObject({ code: 'SIGNER_AWAY' });
    expect(vault.told).toHaveLength(1);
    vault.engine.misbehave(undefined);
    await vault.key.sign(key, data);
    expect(vault.told.at(-1)).toBe('over');
  });
});

describe('while Vault does not sign', () => {
  const MOODS: VaultMood[] = [
    'sealed',
    'standby',
    'performance-standby',
    'reset',
    'rubbish',
    'forbidden',
    { answer: { status: 429, body: { errors: ['rate limit quota exceeded'] } } },
    { answer: { status: 307 } },
  ];

  it.each(MOODS)('%j: nothing is signed, and then all is, within a moment', async (mood) => {
    await vault.key.create();
    const key = await version(1);
    vault.server.become(mood);
    for (let i = 0; i < 8; i += 1) {
      await expect(vault.key.sign(key, data)).rejects.toMatchObject({ code: 'SIGNER_AWAY' });
    }
    vault.server.become('well');
    expect(await timeUntilSigned(key)).toBeLessThan(1500);
    expect(vault.told.at(-1)).toBe('over');
  });

  it.each<VaultMood>(['hang', { slowMs: 2000 }])(
    '%j: each asks for a second at most, few at once, and soon nobody at all',
    async (mood) => {
      await vault.key.create();
      const key = await version(1);
      await vault.key.sign(key, data);
      vault.server.become(mood);
      const before = vault.server.asked.length;
      const ms = await timeOf(async () => {
        const crowd = Array.from({ length: 200 }, () => vault.key.sign(key, data));
        const ends = await Promise.allSettled(crowd);
        expect(ends.every(({ status }) => status === 'rejected')).toBe(true);
      });
      expect(ms).toBeLessThan(1300);
      expect(vault.server.asked.length - before).toBeLessThanOrEqual(32);
      const later = await timeOf(() =>
        expect(vault.key.sign(key, data)).rejects.toThrow('did not answer lately'),
      );
      expect(later).toBeLessThan(50);
      vault.server.become('well');
      expect(await timeUntilSigned(key)).toBeLessThan(2000);
    },
  );

  it('nobody notices that Vault closed a connection meanwhile', async () => {
    await vault.key.create();
    const key = await version(1);
    await vault.key.sign(key, data);
    let hangUps = 1;
    vault.server.become('reset', () => {
      hangUps -= 1;
      return hangUps === 0;
    });
    expect(await vault.key.sign(key, data)).toHaveLength(256);
    expect(hangUps).toBeLessThan(0);
  });
});

describe('a token that ends', () => {
  it('is replaced once for all who ask, and none of them notices', async () => {
    await vault.key.create();
    const key = await version(1);
    const logins = vault.server.tokens.logins();
    vault.server.tokens.revoke(await vault.vault.token());
    await Promise.all(Array.from({ length: 20 }, () => vault.key.sign(key, data)));
    expect(vault.server.tokens.logins() - logins).toBe(1);
  });

  it('and lacks the permission when it is new is not asked for again and again', async () => {
    await vault.key.create();
    const key = await version(1);
    const logins = vault.server.tokens.logins();
    vault.server.policies.write('gatehouse', { 'transit/keys/gatehouse': ['read'] });
    for (let i = 0; i < 10; i += 1) {
      await expect(vault.key.sign(key, data)).rejects.toMatchObject({ code: 'SIGNER_AWAY' });
    }
    expect(vault.server.tokens.logins() - logins).toBe(1);
    expect(vault.told).toHaveLength(1);
    vault.server.policies.write('gatehouse', POLICY);
    await vault.key.sign(key, data);
  });
});

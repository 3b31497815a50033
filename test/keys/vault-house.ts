import { type Alarm, openAlarm } from '../../src/keys/alarm.ts';
import type { KeyCareDeps } from '../../src/keys/make-keys.ts';
import { transitHome } from '../../src/keys/transit-home.ts';
import { type Transit, type TransitKey, openTransit } from '../../src/keys/vault-transit.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { type VaultServer, openVaultServer } from '../support/vault-server.ts';
import { type TransitEngine, transitEngine } from '../support/vault-transit.ts';
import { type KeyHouse, keyHouse } from './key-house.ts';

/** What docs/operating.md tells an operator to write. */
export const POLICY = {
  'transit/keys/gatehouse': ['read', 'update'],
  'transit/keys/gatehouse/rotate': ['update'],
  'transit/sign/gatehouse': ['update'],
};

/** A Vault with a transit engine, and one process's way to it. */
export interface TestVault {
  server: VaultServer;
  engine: TransitEngine;
  vault: Vault;
  transit: Transit;
  key: TransitKey;
  alarm: Alarm;
  /** What was told of signatures, in order. */
  told: string[];
  close(): Promise<void>;
}

export async function openTestVault(): Promise<TestVault> {
  const server = await openVaultServer();
  const engine = transitEngine();
  server.mount('transit', engine);
  server.policies.write('gatehouse', POLICY);
  const role = server.tokens.role({ policies: ['gatehouse'], ttlS: 3600 });
  const log = { warn: () => {}, error: () => {} };
  const login = { by: 'approle' as const, ...role };
  const vault = openVault({ address: server.url, login }, { log });
  const told: string[] = [];
  const alarm = openAlarm({
    raise: (error) => told.push(error instanceof Error ? error.message : String(error)),
    over: () => told.push('over'),
  });
  const transit = openTransit({ vault, alarm });
  return {
    server,
    engine,
    vault,
    transit,
    alarm,
    told,
    key: transit.key('transit/gatehouse'),
    async close() {
      transit.close();
      vault.close();
      await server.close();
    },
  };
}

/** A house whose new keys are made in that Vault; `local` is care for one whose keys are local, with Vault in reach. */
export async function vaultHouse(): Promise<VaultHouse> {
  const [house, vault] = await Promise.all([keyHouse(), openTestVault()]);
  const inVault = { ...house.deps, home: transitHome(vault.key) };
  return {
    ...house,
    ...vault,
    inVault,
    openRing: (given) => house.openRing({ transit: vault.transit, ...given }),
    async close() {
      await house.close();
      await vault.close();
    },
  };
}

export interface VaultHouse extends KeyHouse, Omit<TestVault, 'close'> {
  inVault: KeyCareDeps;
}

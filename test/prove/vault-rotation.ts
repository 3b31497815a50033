import { gatehouse } from '../support/command-line.ts';
import { openVaultServer } from '../support/vault-server.ts';
import { transitEngine } from '../support/vault-transit.ts';
import { rotatesUnderLoad } from './rotation.ts';
import type { Row } from './table.ts';

/** The keys live in Vault, and are rotated there and from the command line in turn. */
export async function vaultRotation(): Promise<Row> {
  const server = await openVaultServer();
  const engine = transitEngine();
  server.mount('transit', engine);
  server.policies.write('gatehouse', {
    'transit/keys/gatehouse': ['read', 'update'],
    'transit/keys/gatehouse/rotate': ['update'],
    'transit/sign/gatehouse': ['update'],
  });
  const { roleId, secretId } = server.tokens.role({ policies: ['gatehouse'], ttlS: 3600 });
  let turn = 0;
  try {
    return await rotatesUnderLoad({
      proof: 'keys rotate in Vault under load, checked by jose with a cached /jwks',
      tokens: 50_000,
      keys: 3,
      everyMs: 20_000,
      rotate({ env }) {
        turn += 1;
        if (turn % 2 === 0) void gatehouse(['keys', 'rotate'], { env });
        else engine.operate('keys/gatehouse/rotate');
      },
      env: {
        VAULT_ADDR: server.url,
        VAULT_ROLE_ID: roleId,
        VAULT_SECRET_ID: secretId,
        VAULT_TRANSIT_KEY: 'gatehouse',
      },
    });
  } finally {
    await server.close();
  }
}

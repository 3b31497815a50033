import { type VaultServer, openVaultServer } from '../support/vault-server.ts';
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.ts';
import { type TransitEngine, transitEngine } from '../support/vault-transit.ts';

/** A Vault with the key that signs, as docs/operating.md has an operator set it up. */
export interface Signer {
  server: VaultServer;
  engine: TransitEngine;
  /** The way there. */
  way: TcpProxy;
  /** What a server is told of it. */
  env: NodeJS.ProcessEnv;
  /** Ends every token that asked for a signature so far. */
  revokeTokens: () => void;
  close(): Promise<void>;
}

const POLICY = {
  'transit/keys/gatehouse': ['read', 'update'],
  'transit/keys/gatehouse/rotate': ['update'],
  'transit/sign/gatehouse': ['update'],
};

export async function openSigner({ tokensLiveS }: { tokensLiveS: number }): Promise<Signer> {
  const server = await openVaultServer();
  const engine = transitEngine();
  const tokens = new Set<string>();
  server.mount('transit', (call) => {
    tokens.add(call.token);
    return engine(call);
  });
  server.policies.write('gatehouse', POLICY);
  const way = await tcpProxy({ port: server.port });
  const role = server.tokens.role({ policies: ['gatehouse'], ttlS: tokensLiveS });
  return {
    server,
    engine,
    way,
    env: {
      VAULT_ADDR: `http://127.0.0.1:${way.port}`,
      VAULT_ROLE_ID: role.roleId,
      VAULT_SECRET_ID: role.secretId,
      VAULT_TRANSIT_KEY: 'gatehouse',
    },
    revokeTokens() {
      tokens.forEach((token) => server.tokens.revoke(token));
      tokens.clear();
    },
    async close() {
      await Promise.all([way.close(), server.close()]);
    },
  };
}

import type { Pool } from 'pg';
import { postgresArtifacts } from './artifacts.ts';
import { postgresCodeExchanges } from './code-exchanges.ts';
import { postgresCounters } from './counters.ts';
import { postgresRefreshTokens } from './refresh-tokens.ts';
import { postgresRevokedTokens } from './revoked-tokens.ts';
import { postgresVitals } from './vitals.ts';

/** The ports of the protocol's hot paths: prepared statements on the pool, one a call, each atomic by itself. */
export function protocolPorts(pool: Pool) {
  return {
    artifacts: postgresArtifacts(pool),
    codeExchanges: postgresCodeExchanges(pool),
    counters: postgresCounters(pool),
    refreshTokens: postgresRefreshTokens(pool),
    revokedTokens: postgresRevokedTokens(pool),
    vitals: postgresVitals(pool),
  };
}

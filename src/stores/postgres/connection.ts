import { readFileSync } from 'node:fs';
import type { PoolConfig } from 'pg';

const TLS_PARAMETERS = ['ssl', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey'];

/**
 * A DATABASE_URL as the driver takes it. Whoever asks for TLS gets the server's certificate checked, name included,
 * whatever word was used; only `sslmode=no-verify` gives that up, and says so.
 */
export function connectionTo(databaseUrl: string): PoolConfig {
  const url = new URL(databaseUrl);
  const ssl = tls(url);
  for (const parameter of TLS_PARAMETERS) url.searchParams.delete(parameter);
  return { connectionString: url.href, ...(ssl && { ssl }) };
}

function tls(url: URL): PoolConfig['ssl'] {
  const { searchParams } = url;
  const asked = TLS_PARAMETERS.some((parameter) => searchParams.has(parameter));
  const refused = ['false', '0'].includes(searchParams.get('ssl') ?? '');
  const mode = searchParams.get('sslmode') ?? (refused ? 'disable' : 'verify-full');
  if (!asked || mode === 'disable') return undefined;
  return {
    rejectUnauthorized: mode !== 'no-verify',
    ...pem('ca', searchParams.get('sslrootcert')),
    ...pem('cert', searchParams.get('sslcert')),
    ...pem('key', searchParams.get('sslkey')),
  };
}

function pem(name: 'ca' | 'cert' | 'key', path: string | null): Record<string, string> {
  return path && path !== 'system' ? { [name]: readFileSync(path, 'utf8') } : {};
}

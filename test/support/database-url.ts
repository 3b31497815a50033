import type { ClientConfig } from 'pg';

/** How a setting names a database that listens on a socket. */
export function databaseUrl({ host = '', user = '', database = '' }: ClientConfig): string {
  return `postgres://${user}@${encodeURIComponent(host)}/${database}`;
}

import type { Client } from '../clients/client.ts';

/** Which pages may call the token endpoint and its like from their scripts: the client's own, and no page without origin. */
export function mayCallFrom(client: Client, origin: string): boolean {
  if (origin === 'null') return false;
  const allowed =
    client.corsOrigins.length > 0 ? client.corsOrigins : client.redirectUris.map(originOf);
  return allowed.includes(origin);
}

/** A custom scheme has the origin "null". */
function originOf(uri: string): string {
  return new URL(uri).origin;
}

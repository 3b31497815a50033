import { hash } from 'node:crypto';

/** How an id that is a secret stands in a store: SHA-256 is enough for long random values. */
export function digest(secret: string): string {
  return hash('sha256', secret, 'base64url');
}

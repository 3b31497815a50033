import { hash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { ClientSecret } from './client.ts';

/** More would only be a list of secrets that nobody remembers. */
export const MOST_SECRETS = 5;

export interface NewSecret {
  /** Shown once; only its hash is kept. */
  value: string;
  stored: ClientSecret;
}

/** 256 random bits: SHA-256 is enough, for there is nothing to guess (RFC 6819 5.1.4.2.2). */
export function newSecret(now: Date, value = randomBytes(32).toString('base64url')): NewSecret {
  return { value, stored: { id: randomUUID(), sha256: hashSecret(value), createdAt: now } };
}

export function hashSecret(value: string): Buffer {
  return hash('sha256', value, 'buffer');
}

export function livingSecrets(secrets: ClientSecret[], now: Date): ClientSecret[] {
  return secrets.filter(({ expiresAt }) => !expiresAt || now < expiresAt);
}

/** Looks at every living secret, so that the time taken tells nothing. */
export function secretMatches(value: string, secrets: ClientSecret[], now: Date): boolean {
  const presented = hashSecret(value);
  return livingSecrets(secrets, now).reduce(
    (matched, { sha256 }) => timingSafeEqual(sha256, presented) || matched,
    false,
  );
}

/** Whether it authenticates by a secret of ours, so that it must have one. */
export function usesSecret({
  tokenEndpointAuthMethod: method,
}: {
  tokenEndpointAuthMethod: string;
}): boolean {
  return method === 'client_secret_basic' || method === 'client_secret_post';
}

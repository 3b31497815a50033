import { z } from 'zod';
import type { Picture } from '../pictures/picture.ts';

/** No client can have another id, so nothing else is looked for: not the NUL that PostgreSQL refuses, nor 50 KB. */
export const CLIENT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

export const AUTH_METHODS = [
  'none',
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
] as const;
export type AuthMethod = (typeof AUTH_METHODS)[number];

export const GRANT_TYPES = ['authorization_code', 'refresh_token', 'client_credentials'] as const;
export type GrantType = (typeof GRANT_TYPES)[number];

/** Of all scopes of OpenID Connect, those that we know. */
export const OPENID_SCOPES = ['openid', 'profile', 'email', 'phone', 'offline_access'] as const;

/** Public keys as a client gives them (RFC 7517). */
export const jwkSet = z.object({ keys: z.array(z.record(z.string(), z.json())) });

/** A relying party, or a service of its own, as it is registered. */
export interface Client {
  id: string;
  name: string;
  /** Ours: no consent is asked. */
  firstParty: boolean;
  kind: 'web' | 'native';
  tokenEndpointAuthMethod: AuthMethod;
  grantTypes: GrantType[];
  redirectUris: string[];
  postLogoutRedirectUris: string[];
  /** OpenID scopes that it may ask for. */
  scopes: string[];
  /** API scopes that it may ask for, by audience. */
  apis: Record<string, string[]>;
  /** Empty: the origins of its redirect URIs. */
  corsOrigins: string[];
  requirePushedRequests: boolean;
  dpopBoundAccessTokens: boolean;
  jwks?: z.infer<typeof jwkSet>;
  jwksUri?: string;
  /** Where it is told that a session has ended (OpenID Connect Back-Channel Logout 1.0). */
  backchannelLogoutUri?: string;
  /** It cannot do without the session in what it is told. */
  backchannelLogoutSessionRequired: boolean;
  clientUri?: string;
  policyUri?: string;
  tosUri?: string;
  /** Whether it has a logo (served by us; the bytes are fetched on their own). */
  hasLogo: boolean;
  development: boolean;
  secrets: ClientSecret[];
  createdAt: Date;
  updatedAt: Date;
}

export interface ClientSecret {
  id: string;
  /** SHA-256 of a random 256-bit secret: nothing to guess, nothing to slow down. */
  sha256: Buffer;
  createdAt: Date;
  expiresAt?: Date;
}

export type Logo = Picture;

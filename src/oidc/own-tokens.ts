import { type KeyObject, verify } from 'node:crypto';
import { z } from 'zod';
import { digest } from '../crypto/digest.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import { leastRecentlyUsed } from './least-recently-used.ts';

/** Reads what we signed ourselves. Owns that a signature, a type and an issuer are ours; refuses to know whether it lives. */
export interface OwnToken {
  header: { kid: string; typ?: string | undefined };
  payload: OwnClaims;
}

/** RFC 9068 2.2, and `gid`: the grant it came from. Client credentials have none. */
const claims = z.looseObject({
  iss: z.string(),
  sub: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  iat: z.number(),
  exp: z.number(),
  jti: z.string().optional(),
  client_id: z.string().optional(),
  scope: z.string().optional(),
  gid: z.string().optional(),
  cnf: z.object({ jkt: z.string().optional(), 'x5t#S256': z.string().optional() }).optional(),
});

export type OwnClaims = z.infer<typeof claims>;

export interface OwnTokenExpectations {
  issuer: string;
  /** The `typ` of the header. */
  typ: string;
  now: Date;
}

/** An access token of ours that has not expired. */
export function verifyOwn(
  ring: Pick<KeyRing, 'publicKey'>,
  jwt: string,
  { issuer, typ, now }: OwnTokenExpectations,
): OwnToken | undefined {
  const token = verifiedBefore(ring, jwt);
  if (token?.header.typ !== typ || token.payload.iss !== issuer) return undefined;
  return now.getTime() < token.payload.exp * 1000 ? token : undefined;
}

const verified = new WeakMap<object, ReturnType<typeof leastRecentlyUsed<Verified>>>();
/** A kilobyte each. */
const REMEMBERED = 4_000;

interface Verified {
  key: KeyObject;
  token: OwnToken;
}

/**
 * APIs ask about one token again and again. A signature that held still does while its key is published; everything else
 * about the token is asked anew. What is remembered opens nothing: of the token its hash.
 */
function verifiedBefore(ring: Pick<KeyRing, 'publicKey'>, jwt: string): OwnToken | undefined {
  const known = verified.get(ring) ?? leastRecentlyUsed<Verified>(REMEMBERED);
  verified.set(ring, known);
  const id = digest(jwt);
  const before = known.get(id);
  if (before && ring.publicKey(before.token.header.kid) === before.key) return before.token;
  const token = verifySignature(jwt, (kid) => ring.publicKey(kid));
  const key = token && ring.publicKey(token.header.kid);
  if (token && key) known.set(id, { key, token });
  return token;
}

/**
 * An ID token of ours for that client, also an expired one (OpenID Connect RP-Initiated Logout 1.0, 2).
 * Never an access token or a logout token.
 */
export function verifyHint(
  ring: Pick<KeyRing, 'hintKey'>,
  jwt: string,
  { issuer, clientId }: { issuer: string; clientId: string },
): OwnToken | undefined {
  const token = verifySignature(jwt, (kid) => ring.hintKey(kid));
  if (!token || !ID_TOKEN_TYPES.has(token.header.typ)) return undefined;
  const { iss, aud } = token.payload;
  return iss === issuer && [aud].flat().includes(clientId) ? token : undefined;
}

const ID_TOKEN_TYPES = new Set([undefined, 'JWT']);

/** `crit` names extensions that must be understood (RFC 7515 4.1.11): we make none. */
const ownHeader = z.object({
  alg: z.literal('RS256'),
  kid: z.string(),
  typ: z.string().optional(),
  crit: z.undefined().optional(),
});

function verifySignature(
  jwt: string,
  keyOf: (kid: string) => KeyObject | undefined,
): OwnToken | undefined {
  const parts = jwt.split('.');
  const [head = '', body = '', signature = ''] = parts;
  if (parts.length !== 3) return undefined;
  const header = ownHeader.safeParse(decoded(head)).data;
  const key = header && keyOf(header.kid);
  if (!key) return undefined;
  const signed = Buffer.from(`${head}.${body}`);
  if (!verify('sha256', signed, key, Buffer.from(signature, 'base64url'))) return undefined;
  const payload = claims.safeParse(decoded(body)).data;
  return payload && { header, payload };
}

function decoded(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch {
    return undefined;
  }
}

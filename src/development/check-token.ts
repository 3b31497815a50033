import { type JsonWebKey, createPublicKey, verify } from 'node:crypto';

/**
 * What anybody who receives a token should check, one by one, with nothing but Node and /jwks. Owns the list; refuses
 * to know how the token came here.
 */
export interface TokenCheck {
  name:
    | 'signature'
    | 'algorithm'
    | 'type'
    | 'issuer'
    | 'audience'
    | 'client'
    | 'subject'
    | 'nonce'
    | 'issued'
    | 'expiry';
  passed: boolean;
  /** What was found, for the eye. */
  found: string;
}

export interface CheckedToken {
  header: Record<string, unknown>;
  payload: Record<string, unknown>;
  checks: TokenCheck[];
}

export interface Expected {
  issuer: string;
  audience: string;
  /** Header `typ`; ID tokens need none. */
  type?: string;
  clientId?: string;
  subject?: string;
  nonce?: string;
}

export type JwkSet = { keys: (JsonWebKey & { kid?: string })[] };

/** How much two clocks may differ. */
const SKEW_S = 5;

export function checkToken(
  token: string,
  jwks: JwkSet,
  expected: Expected,
  now: Date,
): CheckedToken {
  const { header, payload, signed, signature } = parse(token);
  const { kid, alg, typ } = header;
  const key = jwks.keys.find((one) => one.kid === kid);
  const nowS = now.getTime() / 1000;
  const genuine =
    key !== undefined &&
    verify('sha256', signed, createPublicKey({ key, format: 'jwk' }), signature);
  const checks: TokenCheck[] = [
    { name: 'signature', passed: genuine, found: `kid ${String(kid)}` },
    { name: 'algorithm', passed: alg === 'RS256', found: String(alg) },
    ...same('type', typ, expected.type),
    ...same('issuer', payload['iss'], expected.issuer),
    ...same('audience', payload['aud'], expected.audience),
    ...same('client', payload['client_id'], expected.clientId),
    ...same('subject', payload['sub'], expected.subject),
    ...same('nonce', payload['nonce'], expected.nonce),
    {
      name: 'issued',
      passed: Number(payload['iat']) <= nowS + SKEW_S,
      found: time(payload['iat']),
    },
    { name: 'expiry', passed: Number(payload['exp']) > nowS - SKEW_S, found: time(payload['exp']) },
  ];
  return { header, payload, checks };
}

function same(name: TokenCheck['name'], found: unknown, wanted: string | undefined): TokenCheck[] {
  return wanted === undefined ? [] : [{ name, passed: found === wanted, found: String(found) }];
}

function time(seconds: unknown): string {
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString();
}

function parse(token: string) {
  const [header = '', payload = '', signature = ''] = token.split('.');
  return {
    header: decode(header),
    payload: decode(payload),
    signed: Buffer.from(`${header}.${payload}`),
    signature: Buffer.from(signature, 'base64url'),
  };
}

function decode(part: string): Record<string, unknown> {
  return Object(JSON.parse(Buffer.from(part, 'base64url').toString()));
}

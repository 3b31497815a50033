import type { KoaContextWithOIDC } from 'oidc-provider';
import { digest } from '../crypto/digest.ts';

/**
 * What a repeated request must have in common with the first to be given the same answer: client, key, scope, resource.
 * The library has verified the proof by then.
 */
export function fingerprint(ctx: KoaContextWithOIDC): string {
  const { scope, resource, authorization_details: details } = { ...ctx.oidc.params };
  const scopes = typeof scope === 'string' ? scope.split(' ') : [];
  return digest(
    JSON.stringify([
      ctx.oidc.client?.clientId,
      proofKey(ctx.get('DPoP')),
      [...new Set(scopes)].toSorted(),
      [resource ?? []].flat().map(String).toSorted(),
      details ?? null,
    ]),
  );
}

/** The members that make the key; a `kid` or `alg` beside them may change from proof to proof (RFC 7638 3.2). */
const MEMBERS = ['crv', 'e', 'kty', 'n', 'pub', 'x', 'y'];

function proofKey(proof: string): unknown[] {
  if (!proof) return [];
  const [header = ''] = proof.split('.');
  const { jwk }: { jwk?: object } = JSON.parse(Buffer.from(header, 'base64url').toString());
  return MEMBERS.map((member): unknown => Reflect.get(Object(jwk), member) ?? null);
}

import { type KeyCareDeps, changeKeys, replenish } from './make-keys.ts';

export type RevokeKeyOutcome = 'revoked' | 'unknown-key' | 'already-revoked';

/** In an emergency: out of /jwks and refused at once, and where it was the one that signs, another signs at once. */
export async function revokeKey(deps: KeyCareDeps, kid: string): Promise<RevokeKeyOutcome> {
  return changeKeys(deps, async (change) => {
    const key = (await change.keys.list()).find((one) => one.kid === kid);
    if (!key) return 'unknown-key';
    if (key.revokedAt) return 'already-revoked';
    await change.keys.revoke(kid, change.now);
    await change.record('key-revoked', kid);
    await replenish(change);
    return 'revoked';
  });
}

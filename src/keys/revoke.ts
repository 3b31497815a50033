import { type KeyCareDeps, type KeyChange, changeKeys, replenish } from './make-keys.ts';

export type RevokeKeyOutcome = 'revoked' | 'unknown-key' | 'already-revoked';

/** In an emergency: out of /jwks and refused at once, and where it was the one that signs, another signs at once. */
export async function revokeKey(deps: KeyCareDeps, kid: string): Promise<RevokeKeyOutcome> {
  return changeKeys(deps, async (change) => {
    const key = (await change.keys.list()).find((one) => one.kid === kid);
    if (!key) return 'unknown-key';
    if (key.revokedAt) return 'already-revoked';
    await revoke(change, kid);
    await replenish(change);
    return 'revoked';
  });
}

/** When everything may have leaked, or GATEHOUSE_SECRET is lost: every key goes, and new ones begin. */
export async function revokeEveryKey(deps: KeyCareDeps): Promise<{ revoked: string[] }> {
  return changeKeys(deps, async (change) => {
    const living = (await change.keys.list()).filter(({ revokedAt }) => !revokedAt);
    for (const { kid } of living) await revoke(change, kid);
    await replenish(change);
    return { revoked: living.map(({ kid }) => kid) };
  });
}

async function revoke(change: KeyChange, kid: string): Promise<void> {
  await change.keys.revoke(kid, change.now);
  await change.record('key-revoked', kid);
}

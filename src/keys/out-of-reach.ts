import { type KeyCareDeps, keyIn } from './make-keys.ts';

/** The key that signs lives in Vault, and this process was not told where Vault is. */
export class KeyOutOfReach extends Error {
  constructor(kid: string, transitKey: string) {
    super(
      `Signing key ${kid} lives in Vault (${transitKey}), and VAULT_ADDR is not set. Set it, with VAULT_TRANSIT_KEY to stay ` +
        'there or without it to move away. Where that Vault is lost: gatehouse keys revoke --every.',
    );
    this.name = 'KeyOutOfReach';
  }
}

/** A process that lacks a setting must not change the key of all the others. Nor does it help an application. */
export async function outOfReach(
  deps: Pick<KeyCareDeps, 'signingKeys' | 'home' | 'lifetimes' | 'now'>,
): Promise<KeyOutOfReach | undefined> {
  const home = await deps.home.look();
  const moment = { lifetimes: deps.lifetimes, now: deps.now() };
  const current = keyIn('current', await deps.signingKeys.list(), moment);
  if (!current?.transitKey || home.reaches(current)) return undefined;
  return new KeyOutOfReach(current.kid, current.transitKey);
}

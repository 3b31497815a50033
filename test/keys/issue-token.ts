import { setImmediate } from 'node:timers/promises';
import { RingKey } from '../../src/oidc/ring-key.ts';
import type { KeyRing } from '../../src/keys/key-ring.ts';

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JWT made as the library makes it: the kid is read first, and the signature asked for a little later. */
export async function issueToken(
  ring: KeyRing,
  claims: Record<string, unknown>,
  header: Record<string, unknown> = { typ: 'at+jwt' },
): Promise<string> {
  const key = new RingKey(ring);
  const input = `${encode({ alg: key.alg, kid: key.kid, ...header })}.${encode(claims)}`;
  await setImmediate();
  const signature = await key.sign(Buffer.from(input));
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}

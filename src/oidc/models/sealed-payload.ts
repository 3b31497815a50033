import { openUnderToken, sealUnderToken } from '../../crypto/token-seal.ts';
import type { Payload } from '../protocol-store.ts';

/**
 * Payloads under keys derived from their own ids. A store knows only the hash of an id, so it can open nothing: not the
 * session's cookie in an interaction, not a token given as a hint, not what a person asked for.
 */
export function sealed(id: string, payload: Payload): Payload {
  const { jti: _, ...rest } = payload;
  return { seal: sealUnderToken(id, Buffer.from(JSON.stringify(rest))).toString('base64') };
}

/** With the id, which the library expects in it. */
export function opened(id: string, { seal }: Payload): Payload | undefined {
  const plain = typeof seal === 'string' && openUnderToken(id, Buffer.from(seal, 'base64'));
  if (!plain) return undefined;
  const payload: Payload = JSON.parse(plain.toString());
  return { ...payload, jti: id };
}

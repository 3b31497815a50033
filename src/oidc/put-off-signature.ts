import { randomBytes } from 'node:crypto';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { UnitOfWork } from './unit-of-work.ts';

/** What the library takes for a signature, while the real one is made. */
export interface PutOffSignature {
  placeholder: string;
  made: Promise<Uint8Array>;
}

/**
 * The library signs the access token, waits, and signs the ID token, which needs nothing of the first: with keys that live
 * elsewhere each wait is a way there and back. The first is put off until its answer is about to be saved.
 */
export function putOff(unit: UnitOfWork, made: Promise<Uint8Array>): Uint8Array {
  // Whoever puts it in hears of a failure, unless another came before.
  made.catch(() => {});
  const placeholder = randomBytes(32);
  unit.accessToken = { placeholder: placeholder.toString('base64url'), made };
  return placeholder;
}

/** No answer is saved or leaves without the real one. */
export async function putIn(ctx: KoaContextWithOIDC, { accessToken }: UnitOfWork): Promise<void> {
  if (!accessToken) return;
  const { placeholder, made } = accessToken;
  const signature = Buffer.from(await made).toString('base64url');
  const body: { access_token?: unknown } = Object(ctx.body);
  const token = String(body.access_token);
  if (!token.endsWith(`.${placeholder}`)) {
    throw new Error('oidc-provider has changed: the access token is not where it was');
  }
  ctx.body = { ...body, access_token: token.slice(0, -placeholder.length) + signature };
}

import { type KoaContextWithOIDC, errors } from 'oidc-provider';
import { openUnderToken, sealUnderToken } from '../crypto/token-seal.ts';
import { fingerprint } from './fingerprint.ts';

interface Answer {
  body: { expires_in: number };
  fingerprint: string;
  at: number;
}

/** Under the code or token that was presented: who holds it could have had this answer anyway. */
export function sealAnswer(ctx: KoaContextWithOIDC, presented: string): Buffer {
  const answer = { body: ctx.body, fingerprint: fingerprint(ctx), at: Date.now() };
  return sealUnderToken(presented, Buffer.from(JSON.stringify(answer)));
}

/** To the same request only; what has passed of its life since then is taken off. */
export function answerAgain(ctx: KoaContextWithOIDC, presented: string, seal: Buffer): void {
  const plain = openUnderToken(presented, seal);
  if (!plain) throw new Error('an answer was sealed under another token');
  const { body, fingerprint: first, at }: Answer = JSON.parse(plain.toString());
  if (first !== fingerprint(ctx)) {
    throw new errors.InvalidGrant('already used with other parameters');
  }
  const elapsedS = Math.floor((Date.now() - at) / 1000);
  ctx.body = { ...body, expires_in: Math.max(1, body.expires_in - elapsedS) };
}

import { type Account as LibraryAccount, type KoaContextWithOIDC, errors } from 'oidc-provider';
import type { OwnField } from '../accounts/own-fields.ts';
import { claimsOf } from '../accounts/claims.ts';
import type { RequestVitals } from './request-vitals.ts';

/**
 * Whoever a session, a code or a token belongs to was found with it, in the same round trip; there is nobody else to
 * look for. Disabled people have no vitals.
 */
export async function findAccount(
  {
    vitals,
    ownFields,
  }: { vitals: Pick<RequestVitals, 'known' | 'signedIn'>; ownFields: readonly OwnField[] },
  ctx: KoaContextWithOIDC,
  id: string,
): Promise<LibraryAccount | undefined> {
  const signsIn = ctx.oidc.route === 'authorization' || ctx.oidc.route === 'resume';
  const account = (signsIn ? await vitals.signedIn(ctx) : vitals.known(ctx))?.account;
  if (account?.id === id) return { accountId: id, claims: () => claimsOf(account, ownFields) };
  // Disabled, or the password changed, between the sign-in and the way back from it.
  if (signsIn) throw new errors.LoginRequired('the sign-in is no longer good');
  return undefined;
}

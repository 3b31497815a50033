import {
  type Client as LibraryClient,
  type KoaContextWithOIDC,
  Provider,
  errors,
} from 'oidc-provider';
import type { AuditTrail } from '../audit/store.ts';
import type { Client } from '../clients/client.ts';
import { secretMatches } from '../clients/secrets.ts';
import type { Limiter } from '../limits/limiter.ts';
import { originOf } from '../limits/origin.ts';
import type { Atomically } from '../transactions/atomically.ts';
import { circumstances } from './circumstances.ts';

export interface ClientSecretDeps {
  limiter: Limiter;
  atomically: Atomically<{ audit: Pick<AuditTrail, 'record'> }>;
}

/**
 * Whether a secret is one of the client's, by their hashes. Only wrong ones are counted: nobody can guess 256 bits, and
 * whoever has the right one must never be kept out by somebody else at the same address.
 */
export function secretCheck(
  deps: ClientSecretDeps,
  registrationOf: (client: LibraryClient) => Client,
) {
  return async function compareClientSecret(
    this: LibraryClient,
    presented: string,
  ): Promise<boolean> {
    const { id, secrets } = registrationOf(this);
    if (secretMatches(presented, secrets, new Date())) return true;
    const { ctx } = Provider;
    if (ctx) await countWrong(deps, ctx, id);
    return false;
  };
}

async function countWrong(
  { limiter, atomically }: ClientSecretDeps,
  ctx: KoaContextWithOIDC,
  clientId: string,
): Promise<void> {
  const of = `${clientId} ${originOf(ctx.ip)}`;
  const admission = await limiter.admit([{ budget: 'client-secrets', of }]);
  if (!admission.admitted) {
    ctx.set('Retry-After', String(admission.waitS));
    throw tooMany();
  }
  for (const budget of admission.spent) {
    await atomically(({ audit }) => audit.record('budget-spent', { budget }, circumstances(ctx)));
  }
}

/** The library takes the status from the error, and has no such error. */
function tooMany(): errors.InvalidClientAuth {
  const error = new errors.InvalidClientAuth('too many wrong secrets');
  const status = 429;
  const error_description = 'too many wrong secrets; try again later';
  return Object.assign(error, { status, statusCode: status, error_description });
}

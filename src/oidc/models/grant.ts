import { type KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Grant } from '../../sessions/store.ts';
import { perRequest } from '../per-request.ts';
import type { Payload } from '../protocol-store.ts';
import { unitOfWork } from '../unit-of-work.ts';
import { circumstances } from '../circumstances.ts';
import type { Model, ProtocolStorage } from './model.ts';

/** The one truth about whether tokens live. Grants are made by `loadExistingGrant` alone, never by the library. */
export function grantModel(storage: ProtocolStorage): Model {
  return {
    async find(id) {
      const vitals = await storage.vitals.ofGrant(Provider.ctx, id);
      const grant = vitals?.grants.find((one) => one.id === id);
      return grant && grantPayload(grant);
    },
    destroy: (id) => revokeGrant(storage, id),
  };
}

/** A grant as the library knows it. */
export function grantPayload(grant: Grant): Payload {
  return {
    jti: grant.id,
    kind: 'Grant',
    accountId: grant.accountId,
    clientId: grant.clientId,
    openid: { scope: grant.allowed.openid },
    resources: { ...grant.allowed.resources },
    iat: Math.floor(grant.createdAt.getTime() / 1000),
    exp: Math.floor(grant.expiresAt.getTime() / 1000),
  };
}

const revokedBy = perRequest(() => new Set<string>());

/** The library asks once for each kind of token that a client may have, and for the grant itself. */
export async function revokeGrant(storage: ProtocolStorage, id: string): Promise<void> {
  const { ctx } = Provider;
  if (!ctx) throw new Error('the library revokes grants within its own requests only');
  const done = revokedBy(ctx);
  if (done.has(id)) return;
  done.add(id);
  const unit = unitOfWork(ctx);
  // Ended with its event when the redemption has failed (token-transaction.ts).
  if (unit) unit.stolenGrant = id;
  else if (!isSignOut(ctx)) await revoke(storage, ctx, id);
}

/** The session's end is the end of its grants, and offline ones outlive it. */
function isSignOut(ctx: KoaContextWithOIDC): boolean {
  return ctx.oidc.route === 'end_session_confirm' && Boolean(ctx.oidc.params?.['logout']);
}

async function revoke(
  { atomically, now }: ProtocolStorage,
  ctx: KoaContextWithOIDC,
  grantId: string,
): Promise<void> {
  await atomically(async ({ grants, audit }) => {
    if (!(await grants.revoke(grantId, now()))) return;
    await audit.record('grant-revoked', { grantId }, circumstances(ctx));
  });
}

import { randomUUID } from 'node:crypto';
import { type Grant as LibraryGrant, type KoaContextWithOIDC, errors } from 'oidc-provider';
import type { Account } from '../accounts/account.ts';
import type { Allowed } from '../audit/events.ts';
import type { Client } from '../clients/client.ts';
import { digest } from '../crypto/digest.ts';
import type { ConsentStore, Grant, GrantStore } from '../sessions/store.ts';
import { registrationOf } from './client-cache.ts';
import type { Vitals } from './protocol-store.ts';
import { OFFLINE, listed } from './scopes.ts';

export interface ExistingGrantDeps {
  /** Makes one of the library's own. */
  newGrant: (properties: object) => LibraryGrant;
  grants: Pick<GrantStore, 'obtain'>;
  consents: Pick<ConsentStore, 'find'>;
  /** Of the person in this browser, with the living grants of the client. */
  signedIn: (ctx: KoaContextWithOIDC) => Promise<Vitals | undefined>;
  /** Seconds from now after which a grant ends whatever happens. */
  grantS: number;
  now: () => Date;
}

/**
 * The only place where grants are made. What a person may be taken to have agreed to: everything for a first-party
 * client, else what is remembered. When that covers the request, the session's grant is obtained (the same one for
 * parallel requests); when not, the library sees what is missing and asks.
 */
export function existingGrant(deps: ExistingGrantDeps) {
  return async (ctx: KoaContextWithOIDC): Promise<LibraryGrant | undefined> => {
    const { client, session } = ctx.oidc;
    if (!client || !session?.accountId) return undefined;
    const requested = requestedBy(ctx);
    const vitals = await deps.signedIn(ctx);
    if (!vitals) throw new errors.SessionNotFound('the session has ended');
    const living = vitals.grants.find((grant) => serves(grant, ctx, requested));
    if (living) return toLibrary(deps, living);

    const registration = registrationOf(client);
    const agreed = await agreedTo(deps, registration, session.accountId, requested);
    const covered = within(requested, agreed);
    if (!covers(covered, requested)) {
      return toLibrary(deps, { ...unsaved(client.clientId, session.accountId), allowed: covered });
    }
    return toLibrary(deps, await deps.grants.obtain(gained(deps, ctx, vitals.account, covered)));
  };
}

/** What the application asks for, as far as it may. */
function requestedBy({ oidc }: KoaContextWithOIDC): Allowed {
  const scopes = oidc.requestParamScopes;
  const servers = Object.entries(oidc.resourceServers ?? {});
  return {
    openid: [...oidc.requestParamOIDCScopes].join(' '),
    resources: Object.fromEntries(
      servers.map(([audience, server]) => [
        audience,
        listed(server.scope)
          .filter((scope) => scopes.has(scope))
          .join(' '),
      ]),
    ),
  };
}

async function agreedTo(
  { consents }: ExistingGrantDeps,
  client: Client,
  accountId: string,
  requested: Allowed,
): Promise<Allowed> {
  if (client.firstParty) return requested;
  const remembered = await consents.find(accountId, client.id);
  return remembered ?? { openid: '', resources: {} };
}

/** The default API holds the OpenID scopes themselves: agreed once, agreed for it. */
function within(requested: Allowed, agreed: Allowed): Allowed {
  const openid = new Set(listed(agreed.openid));
  return {
    openid: common(requested.openid, openid),
    resources: Object.fromEntries(
      Object.entries(requested.resources).map(([audience, scope]) => [
        audience,
        common(scope, new Set([...openid, ...listed(agreed.resources[audience])])),
      ]),
    ),
  };
}

function common(scope: string, allowed: Set<string>): string {
  return listed(scope)
    .filter((name) => allowed.has(name))
    .join(' ');
}

function has(allowed: string | undefined, scope: string): boolean {
  const names = new Set(listed(allowed));
  return listed(scope).every((name) => names.has(name));
}

function covers(allowed: Allowed, requested: Allowed): boolean {
  return (
    has(allowed.openid, requested.openid) &&
    Object.entries(requested.resources).every(([audience, scope]) =>
      has(allowed.resources[audience], scope),
    )
  );
}

/** A grant that was made in this session for this client, of the right kind, and holds enough. */
function serves(grant: Grant, ctx: KoaContextWithOIDC, requested: Allowed): boolean {
  const { client, session } = ctx.oidc;
  return (
    grant.clientId === client?.clientId &&
    grant.accountId === session?.accountId &&
    grant.offline === isOffline(requested) &&
    covers(grant.allowed, requested)
  );
}

function isOffline({ openid }: Allowed): boolean {
  return listed(openid).includes(OFFLINE);
}

function unsaved(clientId: string, accountId: string) {
  return { id: undefined, clientId, accountId, expiresAt: undefined };
}

function gained(
  { grantS, now }: ExistingGrantDeps,
  { oidc }: KoaContextWithOIDC,
  account: Account,
  allowed: Allowed,
): Grant {
  const at = now();
  return {
    id: randomUUID(),
    accountId: account.id,
    clientId: oidc.client?.clientId ?? '',
    sessionId: digest(oidc.session?.uid ?? ''),
    signOutVersion: account.signOutVersion,
    offline: isOffline(allowed),
    allowed,
    createdAt: at,
    expiresAt: new Date(at.getTime() + grantS * 1000),
  };
}

function toLibrary(
  { newGrant }: ExistingGrantDeps,
  grant: {
    id: string | undefined;
    accountId: string;
    clientId: string;
    expiresAt: Date | undefined;
    allowed: Allowed;
  },
): LibraryGrant {
  return newGrant({
    jti: grant.id,
    accountId: grant.accountId,
    clientId: grant.clientId,
    exp: grant.expiresAt && Math.floor(grant.expiresAt.getTime() / 1000),
    openid: { scope: grant.allowed.openid },
    resources: { ...grant.allowed.resources },
  });
}

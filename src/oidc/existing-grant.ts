import { randomUUID } from 'node:crypto';
import type { Grant as LibraryGrant, KoaContextWithOIDC } from 'oidc-provider';
import type { Account } from '../accounts/account.ts';
import type { Allowed } from '../audit/events.ts';
import type { Client } from '../clients/client.ts';
import type { ConsentStore, Grant, GrantStore } from '../sessions/store.ts';
import { registrationOf } from './client-cache.ts';
import { grantPayload } from './models/grant.ts';
import type { RequestVitals } from './request-vitals.ts';
import { OFFLINE, listed } from './scopes.ts';

export interface ExistingGrantDeps {
  /** Makes one of the library's own. */
  newGrant: (properties: object) => LibraryGrant;
  grants: Pick<GrantStore, 'obtain'>;
  consents: Pick<ConsentStore, 'find'>;
  vitals: Pick<RequestVitals, 'signedIn'>;
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
    const { client } = ctx.oidc;
    const vitals = await deps.vitals.signedIn(ctx);
    if (!client || !vitals?.session) return undefined;
    const requested = requestedBy(ctx);
    const living = vitals.grants.find((grant) => serves(grant, client.clientId, requested));
    if (living) return deps.newGrant(grantPayload(living));

    const { account, session } = vitals;
    const agreed = await agreedTo(deps, registrationOf(client), account.id, requested);
    const grant = gained(deps, account, session.id, client.clientId, within(requested, agreed));
    if (covers(grant.allowed, requested)) {
      return deps.newGrant(grantPayload(await deps.grants.obtain(grant)));
    }
    const { jti: _unsaved, ...partial } = grantPayload(grant);
    return deps.newGrant(partial);
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
function serves(grant: Grant, clientId: string, requested: Allowed): boolean {
  return (
    grant.clientId === clientId &&
    grant.offline === isOffline(requested) &&
    covers(grant.allowed, requested)
  );
}

function isOffline({ openid }: Allowed): boolean {
  return listed(openid).includes(OFFLINE);
}

function gained(
  { grantS, now }: ExistingGrantDeps,
  account: Account,
  sessionId: string,
  clientId: string,
  allowed: Allowed,
): Grant {
  const at = now();
  return {
    id: randomUUID(),
    accountId: account.id,
    clientId,
    sessionId,
    signOutVersion: account.signOutVersion,
    offline: isOffline(allowed),
    allowed,
    createdAt: at,
    expiresAt: new Date(at.getTime() + grantS * 1000),
  };
}

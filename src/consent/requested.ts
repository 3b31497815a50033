import type { Allowed } from '../audit/events.ts';
import type { Client } from '../clients/client.ts';

/** What an application asks of a person in one request, as far as it may ask. */
export function requested(
  client: Client,
  request: { scope: string | undefined; resources: readonly string[] },
): Allowed {
  const scopes = words(request.scope);
  const openid = scopes.filter((scope) => client.scopes.includes(scope));
  const resources: Record<string, string> = {};
  for (const audience of request.resources) {
    const mayAsk = client.apis[audience] ?? [];
    const asked = scopes.filter((scope) => mayAsk.includes(scope));
    if (asked.length > 0) resources[audience] = asked.join(' ');
  }
  return { openid: openid.join(' '), resources };
}

/** What of it stands in nothing that was allowed before. */
export function newSince(asked: Allowed, before: Allowed | undefined): Allowed {
  const resources = Object.entries(asked.resources).map(([audience, scope]) => [
    audience,
    without(scope, before?.resources[audience]),
  ]);
  return {
    openid: without(asked.openid, before?.openid),
    resources: Object.fromEntries(resources),
  };
}

function without(scope: string, known: string | undefined): string {
  const old = words(known);
  return words(scope)
    .filter((name) => !old.includes(name))
    .join(' ');
}

export function words(scope: string | undefined): string[] {
  return (scope ?? '').split(' ').filter(Boolean);
}

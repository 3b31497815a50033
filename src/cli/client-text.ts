import type { ShownClient } from '../clients/show-client.ts';

/** A client for reading: what is empty is left out. */
export function clientText(client: ShownClient, secret?: string): string {
  const rows: [string, string][] = [
    ['Client id', client.id],
    ['Secret', secret ?? ''],
    ['Name', client.name],
    ['Kind', `${client.kind}, ${client.firstParty ? 'first-party' : 'third-party'}`],
    ['Authentication', client.tokenEndpointAuthMethod],
    ['Grants', client.grantTypes.join(' ')],
    ['Redirect URIs', client.redirectUris.join('\n')],
    ['After sign-out', client.postLogoutRedirectUris.join('\n')],
    ['Logout URI', client.backchannelLogoutUri ?? ''],
    ['OpenID scopes', client.scopes.join(' ')],
    ['APIs', Object.entries(client.apis).map(apiText).join('\n')],
    ['Origins', client.corsOrigins.join('\n')],
    ['Requires', requirements(client).join(', ')],
    ['Keys', client.jwksUri ?? (client.jwks ? `${client.jwks.keys.length} given` : '')],
    ['Links', [client.clientUri, client.policyUri, client.tosUri].filter(Boolean).join('\n')],
    ['Logo', client.hasLogo ? 'yes' : ''],
    ['Secrets', client.secrets.map(secretText).join('\n')],
    ['Changed', client.updatedAt.toISOString()],
  ];
  return rows
    .filter(([, value]) => value !== '')
    .map(inColumns)
    .join('\n');
}

const WIDTH = 16;

function inColumns([label, value]: [string, string]): string {
  return `${label.padEnd(WIDTH)}${value.replaceAll('\n', `\n${' '.repeat(WIDTH)}`)}`;
}

function apiText([audience, scopes]: [string, string[]]): string {
  return `${audience}: ${scopes.join(' ')}`;
}

function requirements(client: ShownClient): string[] {
  return [
    ...(client.requirePushedRequests ? ['pushed requests'] : []),
    ...(client.dpopBoundAccessTokens ? ['DPoP'] : []),
    ...(client.backchannelLogoutSessionRequired ? ['session in logout'] : []),
  ];
}

function secretText({ id, createdAt, expiresAt, works }: ShownClient['secrets'][number]): string {
  const end = expiresAt ? `${works ? 'ends' : 'ended'} ${expiresAt.toISOString()}` : 'works';
  return `${id}, made ${createdAt.toISOString()}, ${end}`;
}

import type { AccessToken, Client, ClientCredentials, RefreshToken } from 'oidc-provider';
import type { Api } from '../apis/api.ts';

/** Who may learn whether a token lives: its own client, and for an access token the clients that its API names. */
export async function mayIntrospect(
  apis: { find(audience: string): Promise<Api | undefined> },
  client: Client,
  token: AccessToken | ClientCredentials | RefreshToken,
): Promise<boolean> {
  if (client.clientId === token.clientId) return true;
  if (token.kind === 'RefreshToken' || typeof token.aud !== 'string') return false;
  const api = await apis.find(token.aud);
  return api?.introspectedBy.includes(client.clientId) ?? false;
}

import type { ClientRegistration } from '../../src/clients/store.ts';

/** A registration that nothing is wrong with; tests change what they are about. */
export function aClient(changes: Partial<ClientRegistration> = {}): ClientRegistration {
  return {
    id: 'notes',
    name: 'Atlas Notes',
    firstParty: false,
    kind: 'web',
    tokenEndpointAuthMethod: 'client_secret_basic',
    grantTypes: ['authorization_code', 'refresh_token'],
    redirectUris: ['https://notes.example/callback'],
    postLogoutRedirectUris: ['https://notes.example/'],
    scopes: ['openid', 'profile', 'email'],
    apis: {},
    corsOrigins: [],
    requirePushedRequests: false,
    dpopBoundAccessTokens: false,
    backchannelLogoutSessionRequired: false,
    development: false,
    ...changes,
  };
}

import type { Client } from './client.ts';

export const OWN_CLIENT_ID = 'gatehouse';

/**
 * The application that /sign-in, /sign-up and /password-reset belong to when no other sent the person here. It is
 * held in code, never in the database, so that nobody can change or delete it; whoever looks clients up by id asks
 * here first. Its code ends at /signed-in, which needs no tokens: it forgets the code and goes to `/`.
 */
export function ownClient(issuer: string): Client {
  return {
    id: OWN_CLIENT_ID,
    name: 'Gatehouse',
    firstParty: true,
    kind: 'web',
    tokenEndpointAuthMethod: 'none',
    grantTypes: ['authorization_code'],
    redirectUris: [`${issuer}/signed-in`],
    postLogoutRedirectUris: [`${issuer}/`],
    scopes: ['openid'],
    apis: {},
    corsOrigins: [],
    requirePushedRequests: false,
    dpopBoundAccessTokens: false,
    backchannelLogoutSessionRequired: false,
    hasLogo: false,
    development: false,
    secrets: [],
    createdAt: new Date(0),
    updatedAt: new Date(0),
  };
}

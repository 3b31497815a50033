import type { ClientRegistration } from '../clients/store.ts';

/** What an application needs to know of us and of itself; the secret is there once. */
export interface Configuration {
  issuer: string;
  registration: ClientRegistration;
  secret?: string;
}

/** Ready to paste: settings for its environment, and the few lines of code that use them. */
export function configurationText(configuration: Configuration): string {
  const { issuer, registration, secret } = configuration;
  return [
    `ISSUER=${issuer}`,
    `CLIENT_ID=${registration.id}`,
    ...(secret ? [`CLIENT_SECRET=${secret}`, '# Shown once: only its hash is kept here.'] : []),
    `# Discovery: ${discoveryUrl(issuer)}`,
    '',
    '// npm install openid-client',
    ...discoveryLines(configuration),
    ...(registration.grantTypes.includes('authorization_code') ? signInLines(registration) : []),
    ...(registration.grantTypes.includes('client_credentials') ? serviceLines(registration) : []),
  ].join('\n');
}

export function discoveryUrl(issuer: string): string {
  return `${issuer}/.well-known/openid-configuration`;
}

const AUTHENTICATION = {
  none: 'client.None()',
  client_secret_basic: 'client.ClientSecretBasic(process.env.CLIENT_SECRET)',
  client_secret_post: 'client.ClientSecretPost(process.env.CLIENT_SECRET)',
  private_key_jwt: 'client.PrivateKeyJwt(privateKey)',
};

function discoveryLines({ issuer, registration }: Configuration): string[] {
  return [
    'import * as client from "openid-client";',
    '',
    'const config = await client.discovery(',
    '  new URL(process.env.ISSUER),',
    '  process.env.CLIENT_ID,',
    '  undefined,',
    `  ${AUTHENTICATION[registration.tokenEndpointAuthMethod]},`,
    ...(issuer.startsWith('http:') ? ['  { execute: [client.allowInsecureRequests] },'] : []),
    ');',
  ];
}

function signInLines({ redirectUris, scopes, apis }: ClientRegistration): string[] {
  const [redirectUri = ''] = redirectUris;
  return [
    '',
    '// Send the person to url.href; keep verifier and state until they are back.',
    'const verifier = client.randomPKCECodeVerifier();',
    'const state = client.randomState();',
    'const url = client.buildAuthorizationUrl(config, {',
    `  redirect_uri: ${JSON.stringify(redirectUri)},`,
    `  scope: ${JSON.stringify([...scopes, ...apiScopes(apis)].join(' '))},`,
    ...resourceLines(apis),
    '  code_challenge: await client.calculatePKCECodeChallenge(verifier),',
    '  code_challenge_method: "S256",',
    '  state,',
    '});',
    '',
    '// Back at the redirect URI, with the whole address that was called:',
    'const tokens = await client.authorizationCodeGrant(config, currentUrl, {',
    '  pkceCodeVerifier: verifier,',
    '  expectedState: state,',
    '});',
  ];
}

function serviceLines({ apis }: ClientRegistration): string[] {
  const scope = apiScopes(apis);
  return [
    '',
    '// As the service itself:',
    'const own = await client.clientCredentialsGrant(config, {',
    ...(scope.length > 0 ? [`  scope: ${JSON.stringify(scope.join(' '))},`] : []),
    ...resourceLines(apis),
    '});',
  ];
}

/** One access token is for one API: the first. */
function resourceLines(apis: ClientRegistration['apis']): string[] {
  const [audience] = Object.keys(apis);
  return audience === undefined ? [] : [`  resource: ${JSON.stringify(audience)},`];
}

function apiScopes(apis: ClientRegistration['apis']): string[] {
  return Object.values(apis)[0] ?? [];
}

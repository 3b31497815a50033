import type { ClientRegistration } from './store.ts';
import { displayTextFault, looksLike } from './display-text.ts';
import { shown } from './fault.ts';
import { OWN_CLIENT_ID, ownClient } from './own-client.ts';
import { isLoopback, linkFault, originFault, redirectUriFault } from './redirect-uri.ts';

/** What a rule looks at: the shape is right already. */
type Registration = Omit<ClientRegistration, 'scopes'> & { scopes: string[] };
type Rule = (
  client: Registration,
  surroundings: Surroundings,
) => Iterable<[field: keyof ClientRegistration, sentence: string]>;

/** In development an application may be on this device too. */
export interface Surroundings {
  production: boolean;
}

/** Every rule that holds between the fields of a registration; each yields one sentence a fault. */
export const registrationRules: Rule[] = [
  nameRules,
  grantRules,
  authenticationRules,
  keyRules,
  addressRules,
  apiRules,
  linkRules,
  logoutRules,
];

function* nameRules({ id, name }: Registration): ReturnType<Rule> {
  if (id === OWN_CLIENT_ID) yield ['id', `The client id ${id} is our own.`];
  const fault = displayTextFault(name);
  if (fault) yield ['name', `The name ${fault}.`];
  else if (looksLike(name, ownClient('').name)) {
    yield ['name', `The name ${name} looks like our own; people would take one for the other.`];
  }
}

function* grantRules(client: Registration): ReturnType<Rule> {
  const { grantTypes, redirectUris, scopes } = client;
  if (grantTypes.length === 0) yield ['grantTypes', 'At least one grant must be allowed.'];
  if (!grantTypes.includes('authorization_code')) yield* withoutPeople(client);
  else if (redirectUris.length === 0) {
    yield ['redirectUris', 'A client that signs people in needs at least one redirect URI.'];
  }
  if (scopes.includes('offline_access') && !grantTypes.includes('refresh_token')) {
    yield ['scopes', 'The scope offline_access needs the grant refresh_token.'];
  }
}

function* withoutPeople({ grantTypes, redirectUris, scopes }: Registration): ReturnType<Rule> {
  if (redirectUris.length > 0) {
    yield ['redirectUris', 'Redirect URIs need the grant authorization_code.'];
  }
  if (grantTypes.includes('refresh_token')) {
    yield ['grantTypes', 'The grant refresh_token needs authorization_code beside it.'];
  }
  if (scopes.length > 0) {
    yield ['scopes', 'OpenID scopes are about people: they need the grant authorization_code.'];
  }
}

function* authenticationRules(client: Registration): ReturnType<Rule> {
  const isPublic = client.tokenEndpointAuthMethod === 'none';
  if (client.kind === 'native' && !isPublic) {
    yield [
      'tokenEndpointAuthMethod',
      'A native application cannot keep a secret from its user: its authentication must be none.',
    ];
  }
  if (isPublic && client.grantTypes.includes('client_credentials')) {
    yield [
      'grantTypes',
      'A client without authentication may not have client_credentials: anybody could ask in its name.',
    ];
  }
}

function* keyRules(client: Registration): ReturnType<Rule> {
  const { tokenEndpointAuthMethod: method, jwks, jwksUri } = client;
  const given = [jwks, jwksUri].filter((keys) => keys !== undefined).length;
  if (given === 2) yield ['jwks', 'Give either keys or the address of keys, not both.'];
  if (method === 'private_key_jwt' && given === 0) {
    yield ['jwks', 'Authentication by private_key_jwt needs public keys, or the address of keys.'];
  }
  if (method !== 'private_key_jwt' && given > 0) {
    yield ['jwks', 'Public keys are only for authentication by private_key_jwt.'];
  }
  if (jwks) yield* keySetRules(jwks.keys);
  if (jwksUri !== undefined) {
    const fault = linkFault(jwksUri) ?? privateHostFault(jwksUri);
    if (fault) yield ['jwksUri', `The address of keys ${shown(jwksUri)} ${fault}.`];
  }
}

function* keySetRules(keys: Record<string, unknown>[]): ReturnType<Rule> {
  if (keys.length === 0) yield ['jwks', 'The set of keys is empty.'];
  if (!keys.every(isPublicKey)) {
    yield [
      'jwks',
      'The keys must be public keys of kind RSA, EC or OKP, without any private part.',
    ];
  }
}

function* addressRules(client: Registration): ReturnType<Rule> {
  const { kind, redirectUris, postLogoutRedirectUris, corsOrigins } = client;
  const groups = [
    ['redirectUris', 'redirect URI', redirectUris, redirectUriFault],
    [
      'postLogoutRedirectUris',
      'post-logout redirect URI',
      postLogoutRedirectUris,
      redirectUriFault,
    ],
    ['corsOrigins', 'origin', corsOrigins, originFault],
  ] as const;
  for (const [field, noun, addresses, faultOf] of groups) {
    for (const address of addresses) {
      const fault = faultOf(address, kind);
      if (fault) yield [field, `The ${noun} ${shown(address)} ${fault}.`];
    }
    if (new Set(addresses).size < addresses.length) yield [field, `A ${noun} is given twice.`];
  }
}

function* apiRules({ apis }: Registration): ReturnType<Rule> {
  for (const [audience, scopes] of Object.entries(apis)) {
    if (scopes.length === 0)
      yield ['apis', `Name the scopes of ${shown(audience)} it may ask for.`];
  }
}

function* linkRules(client: Registration): ReturnType<Rule> {
  const links = [
    ['clientUri', 'home page', client.clientUri],
    ['policyUri', 'privacy policy', client.policyUri],
    ['tosUri', 'terms of use', client.tosUri],
  ] as const;
  for (const [field, noun, address] of links) {
    const fault = address === undefined ? undefined : linkFault(address);
    if (address !== undefined && fault) {
      yield [field, `The link to the ${noun} ${shown(address)} ${fault}.`];
    }
  }
}

function* logoutRules(client: Registration, { production }: Surroundings): ReturnType<Rule> {
  const { backchannelLogoutUri: address, backchannelLogoutSessionRequired } = client;
  if (address === undefined) {
    if (backchannelLogoutSessionRequired) {
      yield ['backchannelLogoutSessionRequired', 'The session is told to a logout URI: give one.'];
    }
    return;
  }
  if (!client.grantTypes.includes('authorization_code')) {
    yield ['backchannelLogoutUri', 'Only a client that signs people in is told of their sign-out.'];
  }
  const fault = receiverFault(address, production);
  if (fault) yield ['backchannelLogoutUri', `The logout URI ${shown(address)} ${fault}.`];
}

function receiverFault(address: string, production: boolean): string | undefined {
  const fault = redirectUriFault(address, 'web');
  const mayBeHere = !production && !fault && isLoopback(new URL(address));
  return fault ?? (mayBeHere ? undefined : (linkFault(address) ?? privateHostFault(address)));
}

function isPublicKey(key: Record<string, unknown>): boolean {
  const isKnown = ['RSA', 'EC', 'OKP'].includes(String(key['kty']));
  return (
    isKnown && ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'].every((part) => !(part in key))
  );
}

/** The server fetches it: no address literal, and no name that only means something on its own network. */
function privateHostFault(address: string): string | undefined {
  const { hostname } = new URL(address);
  const isPublic =
    /\.[a-z][a-z0-9-]*$/.test(hostname) && !/\.(localhost|local|internal|arpa)$/.test(hostname);
  return isPublic ? undefined : 'must have a public host name';
}

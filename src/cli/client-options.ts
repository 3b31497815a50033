import { z } from 'zod';
import {
  AUTH_METHODS,
  GRANT_TYPES,
  type GrantType,
  OPENID_SCOPES,
  jwkSet,
} from '../clients/client.ts';
import type { ClientRegistration } from '../clients/store.ts';
import { type Command, type CommandCall, UsageError } from './command.ts';
import { fileOf, textOf, textsOf, words, wordsOf } from './given-options.ts';

type Options = NonNullable<Command['options']>;
type Values = CommandCall['values'];

const address = { type: 'string', multiple: true, hint: 'URI' } as const;

/** What both creating and updating take. */
export const clientOptions = {
  name: { type: 'string', describe: 'What people read on the sign-in and consent pages' },
  'redirect-uri': { ...address, describe: 'Where people come back to; may be given several times' },
  'post-logout-uri': { ...address, describe: 'Where people come back to after signing out' },
  'backchannel-logout-uri': {
    type: 'string',
    describe: 'Where it is told, server to server, that a session has ended',
    hint: 'https URL',
  },
  scope: {
    type: 'string',
    multiple: true,
    describe: `OpenID scopes it may ask for: ${OPENID_SCOPES.join(' ')}`,
    hint: 'scopes',
  },
  api: {
    type: 'string',
    multiple: true,
    describe:
      'An API it may call, and the scopes it may ask for: "https://api.example/ read write"',
    hint: '"audience scopes"',
  },
  grant: {
    type: 'string',
    multiple: true,
    describe: `Grants it may use: ${GRANT_TYPES.join(' ')}`,
    hint: 'grants',
  },
  auth: {
    type: 'string',
    describe: `How it authenticates: ${AUTH_METHODS.join(', ')}`,
    hint: 'method',
  },
  jwks: { type: 'string', describe: 'Its public keys (JWKS), for private_key_jwt', hint: 'file' },
  'jwks-uri': { type: 'string', describe: 'Where its public keys are, instead', hint: 'https URL' },
  'cors-origin': {
    type: 'string',
    multiple: true,
    describe: 'A page that may call from its scripts; by default those of its redirect URIs',
    hint: 'origin',
  },
  'home-page': { type: 'string', describe: 'A link for people', hint: 'https URL' },
  'privacy-policy': { type: 'string', describe: 'A link for people', hint: 'https URL' },
  terms: { type: 'string', describe: 'A link for people', hint: 'https URL' },
  logo: { type: 'string', describe: 'PNG or WebP, up to 100 KB and 1024 pixels', hint: 'file' },
} as const satisfies Options;

/** What was given, field by field; what was not given is not there. */
export function givenFields(values: Values): Partial<ClientRegistration> {
  return defined({
    name: textOf(values, 'name'),
    redirectUris: textsOf(values, 'redirect-uri'),
    postLogoutRedirectUris: textsOf(values, 'post-logout-uri'),
    backchannelLogoutUri: textOf(values, 'backchannel-logout-uri'),
    corsOrigins: textsOf(values, 'cors-origin'),
    scopes: wordsOf(values, 'scope'),
    apis: apisOf(values),
    grantTypes: grantsOf(values),
    tokenEndpointAuthMethod: authOf(values),
    jwks: jwksOf(values),
    jwksUri: textOf(values, 'jwks-uri'),
    clientUri: textOf(values, 'home-page'),
    policyUri: textOf(values, 'privacy-policy'),
    tosUri: textOf(values, 'terms'),
  });
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(fields: T): Defined<T> {
  const given: Defined<T> = { ...fields };
  for (const key in given) if (given[key] === undefined) delete given[key];
  return given;
}

function apisOf(values: Values): Record<string, string[]> | undefined {
  const given = textsOf(values, 'api')?.map((one): [string, string[]] => {
    const [audience = '', ...scopes] = words(one);
    return [audience, scopes];
  });
  return given && Object.fromEntries(given);
}

function grantsOf(values: Values): GrantType[] | undefined {
  const given = z.array(z.enum(GRANT_TYPES)).optional().safeParse(wordsOf(values, 'grant'));
  if (!given.success) throw new UsageError(`--grant is one of ${GRANT_TYPES.join(', ')}.`);
  return given.data;
}

function authOf(values: Values) {
  const given = z.enum(AUTH_METHODS).optional().safeParse(textOf(values, 'auth'));
  if (!given.success) throw new UsageError(`--auth is one of ${AUTH_METHODS.join(', ')}.`);
  return given.data;
}

function jwksOf(values: Values): ClientRegistration['jwks'] {
  const file = fileOf(values, 'jwks');
  if (!file) return undefined;
  try {
    return jwkSet.parse(JSON.parse(file.toString('utf8')));
  } catch {
    throw new UsageError('--jwks is a file with a JSON Web Key Set: {"keys":[...]}.');
  }
}

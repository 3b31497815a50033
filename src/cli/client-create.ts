import { randomInt } from 'node:crypto';
import type { GrantType } from '../clients/client.ts';
import { createClient } from '../clients/create-client.ts';
import type { ClientRegistration } from '../clients/store.ts';
import { configurationText, discoveryUrl } from './client-configuration.ts';
import { clientMetadata } from './client-metadata.ts';
import { clientOptions, givenFields } from './client-options.ts';
import { type Command, type CommandCall, CommandFailed, UsageError } from './command.ts';
import { fileOf, textOf } from './given-options.ts';

export const createClientCommand: Command = {
  name: 'client create',
  summary: 'Register an application, and print what it needs to sign people in',
  options: {
    id: { type: 'string', describe: 'Its client id; by default made from the name' },
    ...clientOptions,
    spa: { type: 'boolean', describe: 'It runs in a browser alone: no secret' },
    public: { type: 'boolean', describe: 'The same as --spa' },
    native: { type: 'boolean', describe: 'It is installed on a device: no secret' },
    service: { type: 'boolean', describe: 'It acts for itself, without a person' },
    'first-party': { type: 'boolean', describe: 'It is ours: no consent is asked' },
    'require-par': { type: 'boolean', describe: 'Its requests must be pushed (PAR)' },
    'backchannel-logout-session': {
      type: 'boolean',
      describe: 'It needs to be told which session has ended (sid)',
    },
    dpop: { type: 'boolean', describe: 'Its access tokens must be bound to its key (DPoP)' },
  },
  async run({ values, house, settings, data }) {
    const registration = registrationFrom(values);
    const logo = fileOf(values, 'logo');
    const deps = await house();
    const wish = { registration, ...(logo && { logo }) };
    const made = await createClient(deps, wish, { actor: 'cli' });
    switch (made.outcome) {
      case 'created': {
        const issuer = settings().ISSUER;
        const { secret } = made;
        return data(
          {
            issuer,
            discovery: discoveryUrl(issuer),
            ...clientMetadata(registration),
            ...(secret !== undefined && { client_secret: secret }),
          },
          `Made the client ${registration.id}.\n\n` +
            configurationText({ issuer, registration, ...(secret !== undefined && { secret }) }),
        );
      }
      case 'taken':
        throw new CommandFailed(`There is a client ${registration.id} already.`);
      case 'refused':
        throw new CommandFailed(made.faults.map(({ fault }) => fault).join('\n'));
    }
  },
};

function registrationFrom(values: CommandCall['values']): ClientRegistration {
  const given = givenFields(values);
  const { name, redirectUris = [] } = given;
  if (name === undefined) throw new UsageError('Missing: --name.');
  const signsPeopleIn = redirectUris.length > 0;
  if (!signsPeopleIn && values['service'] !== true && !given.grantTypes) {
    throw new UsageError('Give --redirect-uri where it signs people in, or --service.');
  }
  const grantTypes = given.grantTypes ?? defaultGrants(signsPeopleIn, values['service'] === true);
  return {
    id: textOf(values, 'id') ?? idFrom(name),
    name,
    firstParty: values['first-party'] === true,
    kind: values['native'] === true ? 'native' : 'web',
    tokenEndpointAuthMethod: defaultAuthentication(values),
    grantTypes,
    redirectUris,
    postLogoutRedirectUris: [],
    scopes: grantTypes.includes('authorization_code') ? ['openid', 'profile', 'email'] : [],
    apis: {},
    corsOrigins: [],
    requirePushedRequests: values['require-par'] === true,
    dpopBoundAccessTokens: values['dpop'] === true,
    backchannelLogoutSessionRequired: values['backchannel-logout-session'] === true,
    development: false,
    ...given,
  };
}

function defaultGrants(signsPeopleIn: boolean, isService: boolean): GrantType[] {
  return [
    ...(signsPeopleIn ? (['authorization_code', 'refresh_token'] as const) : []),
    ...(isService ? (['client_credentials'] as const) : []),
  ];
}

function defaultAuthentication(values: CommandCall['values']) {
  const isPublic = ['spa', 'public', 'native'].some((option) => values[option] === true);
  if (isPublic) return 'none';
  const hasKeys = values['jwks'] !== undefined || values['jwks-uri'] !== undefined;
  return hasKeys ? 'private_key_jwt' : 'client_secret_basic';
}

const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Readable in a log, and not to be mistaken for a client of the same name. */
function idFrom(name: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
  const tail = Array.from({ length: 6 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return `${slug || 'client'}-${tail}`;
}

import type { ClientRegistration } from '../clients/store.ts';
import { type ClientChange, updateClient } from '../clients/update-client.ts';
import { clientOptions, givenFields } from './client-options.ts';
import { type Command, type CommandCall, CommandFailed, UsageError } from './command.ts';
import { fileOf, wordsOf } from './given-options.ts';

const address = { type: 'string', multiple: true, hint: 'URI' } as const;

export const updateClientCommand: Command = {
  name: 'client update',
  summary: 'Change an application; what is not given stays as it is',
  takes: '<client-id>',
  options: {
    ...clientOptions,
    'add-redirect-uri': { ...address, describe: 'One more place to come back to' },
    'remove-redirect-uri': { ...address, describe: 'One less' },
    'add-post-logout-uri': { ...address, describe: 'One more place after signing out' },
    'remove-post-logout-uri': { ...address, describe: 'One less' },
    'first-party': { type: 'boolean', describe: 'It is ours: no consent is asked' },
    'third-party': { type: 'boolean', describe: 'It is not ours: consent is asked' },
    native: { type: 'boolean', describe: 'It is installed on a device' },
    web: { type: 'boolean', describe: 'It is not' },
    'require-par': { type: 'boolean', describe: 'Its requests must be pushed (PAR)' },
    'no-require-par': { type: 'boolean', describe: 'They need not' },
    dpop: { type: 'boolean', describe: 'Its access tokens must be bound to its key (DPoP)' },
    'no-dpop': { type: 'boolean', describe: 'They need not' },
    'backchannel-logout-session': {
      type: 'boolean',
      describe: 'It needs to be told which session has ended (sid)',
    },
    'no-backchannel-logout-session': { type: 'boolean', describe: 'It need not' },
    clear: {
      type: 'string',
      multiple: true,
      describe:
        'Options to empty: post-logout-uri, api, cors-origin, scope, jwks, terms, logo, ...',
      hint: 'options',
    },
  },
  async run({ positionals: [id = ''], values, house, data }) {
    const change = changeFrom(values);
    const logo = logoFrom(values);
    const deps = await house();
    const wish: ClientChange = { id, change, ...(logo !== undefined && { logo }) };
    const changed = await updateClient(deps, wish, { actor: 'cli' });
    switch (changed.outcome) {
      case 'updated': {
        const { fields, secret } = changed;
        const lines = [`Changed ${id}: ${fields.join(', ')}.`];
        if (secret !== undefined) lines.push('', `CLIENT_SECRET=${secret}`, '# Shown once.');
        return data(
          {
            client_id: id,
            changed: fields,
            ...(secret !== undefined && { client_secret: secret }),
          },
          lines.join('\n'),
        );
      }
      case 'unchanged':
        return data({ client_id: id, changed: [] }, `${id} is like that already.`);
      case 'unknown':
        throw new CommandFailed(`There is no client ${id}.`);
      case 'changed-meanwhile':
        throw new CommandFailed(`Somebody changed ${id} at the same moment; try again.`);
      case 'refused':
        throw new CommandFailed(changed.faults.map(({ fault }) => fault).join('\n'));
    }
  },
};

type Values = CommandCall['values'];

function logoFrom(values: Values): ClientChange['logo'] {
  return wordsOf(values, 'clear')?.includes('logo') ? 'none' : fileOf(values, 'logo');
}

function changeFrom(values: Values): ClientChange['change'] {
  const given = givenFields(values);
  const switched = switchesFrom(values);
  const cleared = wordsOf(values, 'clear') ?? [];
  const unknown = cleared.filter((name) => name !== 'logo' && !(name in CLEAR));
  if (unknown.length > 0) throw new UsageError(`--clear does not know ${unknown.join(', ')}.`);
  return (before) => {
    const after = { ...before, ...given, ...switched };
    for (const [name, empty] of Object.entries(CLEAR)) if (cleared.includes(name)) empty(after);
    return withAddresses(after, values);
  };
}

const CLEAR: Record<string, (client: ClientRegistration) => void> = {
  'redirect-uri': (client) => (client.redirectUris = []),
  'post-logout-uri': (client) => (client.postLogoutRedirectUris = []),
  'cors-origin': (client) => (client.corsOrigins = []),
  scope: (client) => (client.scopes = []),
  api: (client) => (client.apis = {}),
  jwks: (client) => delete client.jwks,
  'jwks-uri': (client) => delete client.jwksUri,
  'backchannel-logout-uri'(client) {
    delete client.backchannelLogoutUri;
    client.backchannelLogoutSessionRequired = false;
  },
  'home-page': (client) => delete client.clientUri,
  'privacy-policy': (client) => delete client.policyUri,
  terms: (client) => delete client.tosUri,
};

const SWITCHES = [
  ['first-party', { firstParty: true }],
  ['third-party', { firstParty: false }],
  ['native', { kind: 'native' }],
  ['web', { kind: 'web' }],
  ['require-par', { requirePushedRequests: true }],
  ['no-require-par', { requirePushedRequests: false }],
  ['dpop', { dpopBoundAccessTokens: true }],
  ['no-dpop', { dpopBoundAccessTokens: false }],
  ['backchannel-logout-session', { backchannelLogoutSessionRequired: true }],
  ['no-backchannel-logout-session', { backchannelLogoutSessionRequired: false }],
] as const;

function switchesFrom(values: Values): Partial<ClientRegistration> {
  const on = SWITCHES.filter(([option]) => values[option] === true);
  const fields = on.flatMap(([, change]) => Object.keys(change));
  if (new Set(fields).size < fields.length) {
    const names = on.map(([option]) => `--${option}`);
    throw new UsageError(`${names.join(' and ')} contradict each other.`);
  }
  return Object.assign({}, ...on.map(([, change]) => change));
}

function withAddresses(client: ClientRegistration, values: Values): ClientRegistration {
  return {
    ...client,
    redirectUris: edited(client.redirectUris, values, 'redirect-uri'),
    postLogoutRedirectUris: edited(client.postLogoutRedirectUris, values, 'post-logout-uri'),
  };
}

function edited(addresses: string[], values: Values, option: string): string[] {
  const added = wordsOf(values, `add-${option}`) ?? [];
  const removed = wordsOf(values, `remove-${option}`) ?? [];
  return [...new Set([...addresses, ...added])].filter((one) => !removed.includes(one));
}

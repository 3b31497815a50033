import { createApi } from '../apis/create-api.ts';
import type { ApiRegistration } from '../apis/store.ts';
import { updateApi } from '../apis/update-api.ts';
import { apiJson, apiOptions, givenApiFields, withGivenScopes } from './api-options.ts';
import { type Command, type CommandCall, CommandFailed, UsageError } from './command.ts';
import { textsOf } from './given-options.ts';

export const createApiCommand: Command = {
  name: 'api create',
  summary: 'Register an API that access tokens are made for',
  takes: '<audience>',
  options: apiOptions,
  async run({ positionals: [audience = ''], values, house, data }) {
    const { name, ...given } = givenApiFields(values);
    if (name === undefined) throw new UsageError('Missing: --name.');
    const scopes = withGivenScopes([], values);
    const registration = { audience, name, scopes, introspectedBy: [], ...given };
    const made = await createApi(await house(), registration, { actor: 'cli' });
    switch (made.outcome) {
      case 'created':
        return data(apiJson(registration), nextSteps(registration));
      case 'taken':
        throw new CommandFailed(`There is an API ${audience} already.`);
      case 'refused':
        throw new CommandFailed(made.faults.map(({ fault }) => fault).join('\n'));
    }
  },
};

function nextSteps({ audience, scopes }: ApiRegistration): string {
  const names = scopes.map(({ name }) => name).join(' ');
  return [
    `Made the API ${audience}.`,
    '',
    'Let a client ask for it:',
    `  npx gatehouse client update <client-id> --api "${audience} ${names}"`,
    'The client adds to its requests:',
    `  resource=${audience}`,
  ].join('\n');
}

export const updateApiCommand: Command = {
  name: 'api update',
  summary: 'Change an API; what is not given stays as it is',
  takes: '<audience>',
  options: {
    ...apiOptions,
    'remove-scope': { type: 'string', multiple: true, describe: 'One less', hint: 'name' },
    clear: {
      type: 'string',
      multiple: true,
      describe: 'Options to empty: access-token-lifetime, introspected-by',
      hint: 'option',
    },
  },
  async run({ positionals: [audience = ''], values, house, data }) {
    const change = changeFrom(values);
    const changed = await updateApi(await house(), { audience, change }, { actor: 'cli' });
    switch (changed.outcome) {
      case 'updated': {
        const { fields } = changed;
        return data({ audience, changed: fields }, `Changed ${audience}: ${fields.join(', ')}.`);
      }
      case 'unchanged':
        return data({ audience, changed: [] }, `${audience} is like that already.`);
      case 'unknown':
        throw new CommandFailed(`There is no API ${audience}.`);
      case 'changed-meanwhile':
        throw new CommandFailed(`Somebody changed ${audience} at the same moment; try again.`);
      case 'refused':
        throw new CommandFailed(changed.faults.map(({ fault }) => fault).join('\n'));
    }
  },
};

function changeFrom(values: CommandCall['values']) {
  const given = givenApiFields(values);
  const removed = textsOf(values, 'remove-scope') ?? [];
  const cleared = textsOf(values, 'clear') ?? [];
  const unknown = cleared.filter((name) => !CLEARABLE.includes(name));
  if (unknown.length > 0) throw new UsageError(`--clear does not know ${unknown.join(', ')}.`);
  return (before: ApiRegistration): ApiRegistration => {
    const after = { ...before, ...given };
    if (cleared.includes('access-token-lifetime')) delete after.accessTokenS;
    if (cleared.includes('introspected-by')) after.introspectedBy = [];
    const scopes = withGivenScopes(before.scopes, values);
    return { ...after, scopes: scopes.filter(({ name }) => !removed.includes(name)) };
  };
}

const CLEARABLE = ['access-token-lifetime', 'introspected-by'];

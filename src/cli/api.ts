import type { Api } from '../apis/api.ts';
import { deleteApi } from '../apis/delete-api.ts';
import { apiJson } from './api-options.ts';
import { inColumns } from './columns.ts';
import { type Command, CommandFailed } from './command.ts';

export const listApis: Command = {
  name: 'api list',
  summary: 'List the APIs',
  async run({ house, data }) {
    const { apis } = await house();
    const all = await apis.list();
    const rows = all.map(({ audience, name, scopes }) => [audience, name, names(scopes)]);
    data(
      all.map(apiJson),
      inColumns(rows).join('\n') || 'No API is registered yet: gatehouse api create --help',
    );
  },
};

export const showApi: Command = {
  name: 'api show',
  summary: 'Show what is registered of an API',
  takes: '<audience>',
  async run({ positionals: [audience = ''], house, data }) {
    const { apis } = await house();
    const api = await apis.find(audience);
    if (!api) throw new CommandFailed(`There is no API ${audience}.`);
    data(apiJson(api), apiText(api));
  },
};

export const deleteApiCommand: Command = {
  name: 'api delete',
  summary: 'Delete an API; no client may ask for it any more',
  takes: '<audience>',
  async run({ positionals: [audience = ''], house, data }) {
    if ((await deleteApi(await house(), audience, { actor: 'cli' })) === 'unknown') {
      throw new CommandFailed(`There is no API ${audience}.`);
    }
    data({ audience, deleted: true }, `Deleted ${audience}.`);
  },
};

function apiText(api: Api): string {
  const lifetime = api.accessTokenS === undefined ? 'as the server says' : `${api.accessTokenS} s`;
  const rows = [
    ['Audience', api.audience],
    ['Name', api.name],
    ['Access tokens', lifetime],
    ['Introspected by', api.introspectedBy.join(' ') || 'the client that a token was made for'],
    ...api.scopes.flatMap(({ name, descriptions }) => {
      const [[language, text] = ['', ''], ...others] = Object.entries(descriptions);
      return [
        [`Scope ${name}`, language ? `${language}: ${text}` : ''],
        ...others.map(([other, translated]) => ['', `${other}: ${translated}`]),
      ];
    }),
  ];
  return inColumns(rows).join('\n');
}

function names(scopes: Api['scopes']): string {
  return scopes.map(({ name }) => name).join(' ');
}

import type { Api, ApiScope } from '../apis/api.ts';
import type { ApiRegistration } from '../apis/store.ts';
import { type Command, type CommandCall, UsageError } from './command.ts';
import { durationOf, textOf, textsOf } from './given-options.ts';

type Values = CommandCall['values'];

const scope = { type: 'string', multiple: true, hint: '"name: what it allows"' } as const;

/** What both creating and updating take. */
export const apiOptions = {
  name: { type: 'string', describe: 'What people read on the consent page' },
  scope: { ...scope, describe: 'A scope, and what people read: "read: Read your notes"' },
  'scope-fr': { ...scope, describe: 'The same in French' },
  'scope-ru': { ...scope, describe: 'The same in Russian' },
  'access-token-lifetime': {
    type: 'string',
    describe: 'How long its access tokens live, from 60s to 24h (default: as the server says)',
    hint: 'time',
  },
  'introspected-by': {
    type: 'string',
    multiple: true,
    describe: 'A client that may ask whether its tokens live; may be given several times',
    hint: 'client-id',
  },
} as const satisfies Command['options'];

/** What was given, field by field; what was not given is not there. */
export function givenApiFields(values: Values): Partial<ApiRegistration> {
  const name = textOf(values, 'name');
  const accessTokenS = durationOf(values, 'access-token-lifetime');
  const introspectedBy = textsOf(values, 'introspected-by');
  return {
    ...(name !== undefined && { name }),
    ...(accessTokenS !== undefined && { accessTokenS }),
    ...(introspectedBy && { introspectedBy: [...new Set(introspectedBy)].toSorted() }),
  };
}

/** Scopes that were given are added or reworded; the others stay. */
export function withGivenScopes(scopes: ApiScope[], values: Values): ApiScope[] {
  const all = new Map(scopes.map((one) => [one.name, one.descriptions]));
  for (const [option, language] of LANGUAGES) {
    for (const text of textsOf(values, option) ?? []) {
      const { name, description } = parseScope(text, option);
      const known = all.get(name) ?? {};
      all.set(name, description === '' ? known : { ...known, [language]: description });
    }
  }
  return [...all]
    .map(([name, descriptions]) => ({ name, descriptions }))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

const LANGUAGES = [
  ['scope', 'en'],
  ['scope-fr', 'fr'],
  ['scope-ru', 'ru'],
] as const;

/** Names hold colons, as in notes:read; what follows the first colon with a blank behind it is for people. */
function parseScope(text: string, option: string): { name: string; description: string } {
  const [, name, description = ''] = /^(\S+?)(?::\s+(.+))?$/.exec(text.trim()) ?? [];
  if (name === undefined) {
    throw new UsageError(`--${option} is a name and what it allows: "read: Read your notes".`);
  }
  return { name, description };
}

/** An API for --json. */
export function apiJson(api: Api | ApiRegistration) {
  return {
    audience: api.audience,
    name: api.name,
    access_token_lifetime: api.accessTokenS,
    scopes: Object.fromEntries(api.scopes.map(({ name, descriptions }) => [name, descriptions])),
    introspected_by: api.introspectedBy,
    ...('createdAt' in api && { created_at: api.createdAt, updated_at: api.updatedAt }),
  };
}

import { z } from 'zod';
import { OPENID_SCOPES } from '../clients/client.ts';
import { displayTextFault } from '../clients/display-text.ts';
import { type Fault, shown } from '../clients/fault.ts';
import { LONGEST_API_TOKEN_S } from '../settings/lifetimes.ts';
import { LONGEST_AUDIENCE, descriptions } from './api.ts';
import type { ApiRegistration } from './store.ts';

/**
 * What an API may be. This folder owns resource servers: their audience, their scopes and who may introspect their
 * tokens. It knows nothing of how tokens are made.
 */
export function registrationFaults(registration: ApiRegistration, issuer: string): Fault[] {
  const issues = schema.safeParse(registration).error?.issues ?? [];
  return [
    ...issues.map(({ path, message }) => ({ field: String(path[0] ?? ''), fault: message })),
    ...faultOf(
      'audience',
      `The audience ${shown(registration.audience)}`,
    )(audienceFault(registration.audience, issuer)),
    ...faultOf('name', 'The name')(displayTextFault(registration.name)),
    ...scopeFaults(registration.scopes),
  ];
}

const schema = z.strictObject({
  audience: z.string(),
  name: z.string(),
  accessTokenS: z
    .int('An access token lives for a whole number of seconds.')
    .min(60, 'An access token must live for at least a minute.')
    .max(LONGEST_API_TOKEN_S, 'An access token must not live longer than a day.')
    .exactOptional(),
  scopes: z
    .array(z.strictObject({ name: z.string(), descriptions }))
    .max(200, 'An API may have at most 200 scopes.'),
  introspectedBy: z.array(z.string()).max(100, 'At most 100 clients may introspect.'),
});

function faultOf(field: string, subject: string): (fault: string | undefined) => Fault[] {
  return (fault) => (fault === undefined ? [] : [{ field, fault: `${subject} ${fault}.` }]);
}

/** Compared letter by letter (RFC 8707 2), so only one spelling may be registered. */
function audienceFault(audience: string, issuer: string): string | undefined {
  if (audience.length > LONGEST_AUDIENCE) return `is longer than ${LONGEST_AUDIENCE} characters`;
  if (!URL.canParse(audience)) return 'must be an absolute URI, such as https://api.example/';
  if (audience.includes('#')) return 'must not have a fragment (#)';
  const url = new URL(audience);
  if (url.username || url.password) return 'must not hold a user name or password';
  if (url.origin === issuer && `${url.pathname}${url.search}` === '/') {
    return 'is our own: tokens for it are made without an API';
  }
  if (audience !== url.href && `${audience}/` !== url.href) return `must be written ${url.href}`;
  return undefined;
}

/** RFC 6749 3.3. */
const SCOPE = /^[\x21\x23-\x5B\x5D-\x7E]{1,100}$/;

function scopeFaults(scopes: ApiRegistration['scopes']): Fault[] {
  const names = scopes.map(({ name }) => name);
  const faults = scopes.flatMap((scope) => [
    ...faultOf('scopes', `The scope ${shown(scope.name)}`)(scopeNameFault(scope.name)),
    ...descriptionFaults(scope),
  ]);
  const twice = names.filter((name, index) => names.indexOf(name) < index);
  return [
    ...faults,
    ...twice.map((name) => ({
      field: 'scopes',
      fault: `The scope ${shown(name)} is there twice.`,
    })),
  ];
}

function scopeNameFault(name: string): string | undefined {
  if (!SCOPE.test(name))
    return 'must be 1 to 100 visible ASCII characters without blanks or quotes';
  const reserved: readonly string[] = [...OPENID_SCOPES, 'address'];
  return reserved.includes(name) ? 'is one of OpenID Connect; take another name' : undefined;
}

function descriptionFaults({ name, descriptions: texts }: ApiRegistration['scopes'][number]) {
  const given = Object.entries(texts);
  const faults = given.flatMap(([language, text]) =>
    faultOf(
      'scopes',
      `The description (${language}) of ${shown(name)}`,
    )(displayTextFault(text, 200)),
  );
  const isUnreadable = given.length > 0 && texts.en === undefined;
  return isUnreadable
    ? [...faults, ...faultOf('scopes', `The scope ${shown(name)}`)('needs an English description')]
    : faults;
}

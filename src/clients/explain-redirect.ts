import type { Client } from './client.ts';
import { shown } from './fault.ts';
import { redirectUriFault } from './redirect-uri.ts';

export interface RedirectExplanation {
  received: string;
  registered: string[];
  /** What is different from the most similar one. */
  differs?: string;
  /** What to type to allow it; absent where it may not be registered at all. */
  command?: string;
  /** Why it may not be registered. */
  fault?: string;
}

type Registered = Pick<Client, 'id' | 'kind' | 'redirectUris' | 'postLogoutRedirectUris'>;

/** For the developer of an application, in development: what was sent against what is registered. */
export function explainRedirect(
  received: string,
  client: Registered,
  after: 'sign-in' | 'sign-out' = 'sign-in',
): RedirectExplanation {
  const registered = after === 'sign-in' ? client.redirectUris : client.postLogoutRedirectUris;
  const flag = after === 'sign-in' ? '--add-redirect-uri' : '--add-post-logout-uri';
  const fault = redirectUriFault(received, client.kind);
  const differs = difference(received, registered);
  return {
    received: shown(received),
    registered,
    ...(differs !== undefined && { differs }),
    ...(fault === undefined
      ? { command: `npx gatehouse client update ${client.id} ${flag} ${quoted(received)}` }
      : { fault: `the address ${fault}` }),
  };
}

const PARTS = [
  ['protocol', 'scheme'],
  ['hostname', 'host'],
  ['port', 'port'],
  ['pathname', 'path'],
  ['search', 'query'],
] as const;

/** Compared with the registered address that has most parts in common. */
function difference(received: string, registered: string[]): string | undefined {
  if (registered.length === 0) return 'no address is registered yet';
  if (!URL.canParse(received)) return undefined;
  const url = new URL(received);
  const [closest = []] = registered
    .map((address) => PARTS.filter(([part]) => new URL(address)[part] !== url[part]))
    .toSorted((one, other) => one.length - other.length);
  const names = closest.map(([, name]) => `the ${name}`);
  if (names.length === 0) return 'only the spelling differs';
  return `${names.join(' and ')} ${names.length === 1 ? 'differs' : 'differ'}`;
}

/** For a POSIX shell: nothing inside single quotes means anything, and a quote ends and begins them. */
function quoted(argument: string): string {
  return `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}

import type { Client } from './client.ts';

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** Schemes that a browser runs or opens by itself instead of handing an answer to an application. */
const DANGEROUS = new Set([
  'javascript:',
  'data:',
  'vbscript:',
  'file:',
  'blob:',
  'filesystem:',
  'about:',
]);

/**
 * What is wrong with an address that browsers are to be sent to. It is compared letter by letter when it is used,
 * so only its one canonical spelling may be registered (RFC 9700 2.1, RFC 8252 7).
 */
export function redirectUriFault(uri: string, kind: Client['kind']): string | undefined {
  if (uri.length > 2000) return 'must not be longer than 2000 characters';
  if (!URL.canParse(uri)) return 'must be absolute, such as https://app.example/callback';
  const url = new URL(uri);
  return schemeFault(url, kind) ?? partFault(uri, url) ?? spellingFault(uri, url);
}

/** What is wrong with the origin of a page that may call us from its scripts. */
export function originFault(origin: string): string | undefined {
  if (!URL.canParse(origin) || new URL(origin).origin !== origin || origin === 'null') {
    return 'must be scheme, host and port alone, such as https://app.example';
  }
  return schemeFault(new URL(origin), 'web') ?? partFault(origin, new URL(origin));
}

/** What is wrong with a link that our pages show. */
export function linkFault(uri: string): string | undefined {
  if (uri.length > 2000) return 'must not be longer than 2000 characters';
  if (!URL.canParse(uri) || new URL(uri).protocol !== 'https:') {
    return 'must be an https address';
  }
  const url = new URL(uri);
  if (url.username || url.password) return 'must not hold a user name or password';
  return spellingFault(uri, url);
}

export function isLoopback(url: URL): boolean {
  return LOOPBACK.has(url.hostname);
}

function schemeFault(url: URL, kind: Client['kind']): string | undefined {
  const scheme = url.protocol.slice(0, -1);
  if (DANGEROUS.has(url.protocol))
    return `must not use ${scheme}:, which browsers run or open themselves`;
  if (url.protocol === 'https:') {
    return kind === 'native' && isLoopback(url)
      ? 'must use http on this device itself: a native application has no certificate for it'
      : undefined;
  }
  if (url.protocol === 'http:') {
    return isLoopback(url)
      ? undefined
      : 'must use https; http is for this device alone (127.0.0.1, [::1] or localhost)';
  }
  if (kind === 'web') return `must use https; ${scheme}: is for native applications`;
  return /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+$/.test(scheme)
    ? undefined
    : `must use a scheme that is a domain of yours in reverse, such as com.example.app, not ${scheme}:`;
}

function partFault(uri: string, url: URL): string | undefined {
  if (uri.includes('#')) return 'must not have a fragment (#)';
  if (uri.includes('*')) return 'must not hold a wildcard: register each address';
  if (url.username || url.password || /^[^/?]*\/\/[^/?]*@/.test(uri)) {
    return 'must not hold a user name or password (@)';
  }
  if (url.hostname.endsWith('.')) return 'must not have a host that ends with a dot';
  return undefined;
}

/** Blanks, backslashes, dot segments, capitals in the host, default ports: another spelling is another address. */
function spellingFault(uri: string, url: URL): string | undefined {
  const canonical = url.href;
  if (uri === canonical || `${uri}/` === canonical) return undefined;
  return `must be written as browsers write it: ${canonical}`;
}

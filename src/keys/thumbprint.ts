import { hash } from 'node:crypto';

/** RFC 7638: the required members, in alphabetical order, without spaces. */
export function thumbprint({ n, e }: { n: string; e: string }): string {
  return hash('sha256', JSON.stringify({ e, kty: 'RSA', n }), 'base64url');
}

/** On the command line one that begins so would read as an option. */
export const isAwkward = (kid: string) => kid.startsWith('-');

import { isLoopback } from './redirect-uri.ts';

/**
 * Whether any program on the person's device could receive what is sent there: schemes can be registered by every
 * application, and loopback ports opened by every process (RFC 8252 8.1, 8.6). Nothing may then be answered without
 * the person's own act, not even to a first-party client. Our own pages are no stranger's.
 */
export function anyProgramCanClaim(redirectUri: string, issuer: string): boolean {
  const url = new URL(redirectUri);
  if (url.origin === issuer) return false;
  return url.protocol !== 'https:' && (url.protocol !== 'http:' || isLoopback(url));
}

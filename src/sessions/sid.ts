import { digest } from '../crypto/digest.ts';

/**
 * `sid`: a session as one client knows it. It follows from what stands in PostgreSQL, so that whoever ends the session,
 * in whatever way, can name it; it is another for each client, so that two of them cannot compare.
 */
export function sidOf(sessionId: string, clientId: string): string {
  return digest(`sid\0${sessionId}\0${clientId}`);
}

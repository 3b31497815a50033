import { createTransport } from 'nodemailer';
import type { SmtpServer } from '../settings/mail.ts';
import { connectionTo } from './smtp.ts';

/** What came of greeting a mail server, as if a mail were to be sent. */
export type Greeted =
  | { outcome: 'well'; encrypted: boolean; loggedIn: boolean; ms: number }
  | { outcome: 'unreachable' | 'tls' | 'login'; why: string };

/** Connects, makes sure of TLS and logs in, as a mail would; sends none. */
export async function greet(
  server: SmtpServer,
  options: { inClear: boolean; patienceMs?: number },
): Promise<Greeted> {
  const { inClear, patienceMs = 5000 } = options;
  const transport = createTransport(connectionTo(server, { inClear, patienceMs }));
  const began = performance.now();
  try {
    await transport.verify();
    const ms = Math.round(performance.now() - began);
    const loggedIn = server.user !== undefined;
    return { outcome: 'well', encrypted: server.tls || !inClear, loggedIn, ms };
  } catch (error) {
    return refused(error);
  } finally {
    transport.close();
  }
}

/** The library gives faults of certificates the code of any other socket's. */
const TLS = /certificate|self.signed|altnames|STARTTLS|\bTLS\b|\bSSL\b|wrong version number/i;

function refused(error: unknown): Greeted {
  const { code, message, responseCode } = Object(error);
  const why = String(message ?? error);
  if (code === 'EAUTH' || code === 'ENOAUTH' || responseCode === 530)
    return { outcome: 'login', why };
  if (code === 'ETLS' || TLS.test(why)) return { outcome: 'tls', why };
  return { outcome: 'unreachable', why };
}

import type { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import type { Sender, SmtpServer } from '../settings/mail.ts';
import { inHeaders, messageId } from './in-headers.ts';
import type { Delivery, Mailer } from './mailer.ts';

export interface SmtpOptions {
  server: SmtpServer;
  from: Sender;
  /** In clear only to a server on this machine, in development. */
  inClear: boolean;
  /** What connecting, the greeting and each silence may take. */
  patienceMs?: number;
  /** What a whole try may take, however busily the server talks. */
  tryMs?: number;
}

/** As many mails as are tried at once: those of the jobs (stores/postgres/jobs.ts), and those that take their time. */
const CONNECTIONS = 24;
const MAILS_A_CONNECTION = 100;

/** Hands mails to a mail server, on connections that are kept. */
export function smtpMailer(options: SmtpOptions): Mailer {
  const { server, from, inClear, patienceMs = 10_000, tryMs = 30_000 } = options;
  const transport = createTransport({
    pool: true,
    maxConnections: CONNECTIONS,
    maxMessages: MAILS_A_CONNECTION,
    // A connection that ends in the middle may have delivered: when to try again is our decision.
    maxRequeues: 0,
    ...connectionTo(server, { inClear, patienceMs }),
  });
  const closing = new AbortController();
  /** What each mail in hand is read from, once the server has asked for it. */
  const sources = new Map<unknown, Readable>();
  transport.use('stream', ({ data, message }, done) => {
    message.processFunc((source) => {
      sources.set(data.messageId, source);
      return source;
    });
    done();
  });
  return {
    async deliver(message) {
      const name = messageId(message.id, from);
      try {
        const signal = AbortSignal.any([AbortSignal.timeout(tryMs), closing.signal]);
        await transport.sendMail({ ...inHeaders(message, from), signal });
        return { outcome: 'accepted' };
      } catch (error) {
        return judged(error, sources.get(name)?.readableEnded === true);
      } finally {
        sources.delete(name);
      }
    },
    async close() {
      closing.abort();
      transport.close();
    },
  };
}

/** TLS is not given up for anything: not offered, there is no connection. */
export function connectionTo(
  { host, port, tls, user, password = '' }: SmtpServer,
  { inClear, patienceMs }: { inClear: boolean; patienceMs: number },
) {
  return {
    host,
    port,
    secure: tls,
    ...(tls ? {} : inClear ? { ignoreTLS: true } : { requireTLS: true }),
    ...(user !== undefined && { auth: { user, pass: password } }),
    connectionTimeout: patienceMs,
    greetingTimeout: patienceMs,
    socketTimeout: patienceMs,
    dnsTimeout: patienceMs,
  };
}

/**
 * Only what a server says for ever (5xx) of this recipient or this mail is for ever. A login or a sender that it
 * refuses is the operator's to mend, and the mail waits for that. A server that had the whole mail and said nothing
 * may have taken it.
 */
function judged(error: unknown, hadAll: boolean): Delivery {
  const { code, responseCode, command, message }: Record<string, unknown> = Object(error);
  const why = String(message ?? error);
  if (typeof responseCode !== 'number') return { outcome: 'not-now', why, inDoubt: hadAll };
  const aboutMail = command === 'RCPT TO' || command === 'DATA';
  if (responseCode >= 500 && aboutMail) return { outcome: 'refused', why };
  return { outcome: 'not-now', why, ...(code === 'EAUTH' && { loginRefused: true }) };
}

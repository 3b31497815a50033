import { createTransport } from 'nodemailer';
import type { Sender, SmtpServer } from '../settings/mail.ts';
import type { Delivery, Mailer, Message } from './mailer.ts';

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
    host: server.host,
    port: server.port,
    secure: server.tls,
    ...(server.tls ? {} : inClear ? { ignoreTLS: true } : { requireTLS: true }),
    ...(server.user !== undefined && { auth: { user: server.user, pass: server.password ?? '' } }),
    connectionTimeout: patienceMs,
    greetingTimeout: patienceMs,
    socketTimeout: patienceMs,
    dnsTimeout: patienceMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const closing = new AbortController();
  return {
    async deliver(message) {
      try {
        const signal = AbortSignal.any([AbortSignal.timeout(tryMs), closing.signal]);
        await transport.sendMail({ ...inHeaders(message, from), signal });
        return { outcome: 'accepted' };
      } catch (error) {
        return judged(error);
      }
    },
    async close() {
      closing.abort();
      transport.close();
    },
  };
}

/** Every header is ours. Programs that answer mails by themselves leave this one alone (RFC 3834). */
function inHeaders({ id, to, subject, text, html }: Message, from: Sender) {
  return {
    from: { name: from.name ?? '', address: from.address },
    to: { name: '', address: to },
    envelope: { from: from.address, to: [to] },
    messageId: `<${id}@${from.address.split('@')[1] ?? 'localhost'}>`,
    subject,
    text,
    html,
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
  };
}

/**
 * Only what a server says for ever (5xx) of this recipient or this mail is for ever. A login or a sender that it
 * refuses is the operator's to mend, and the mail waits for that.
 */
function judged(error: unknown): Delivery {
  const { responseCode, command, message }: Record<string, unknown> = Object(error);
  const why = String(message ?? error);
  const aboutMail = command === 'RCPT TO' || command === 'DATA';
  const forEver = typeof responseCode === 'number' && responseCode >= 500 && aboutMail;
  return { outcome: forEver ? 'refused' : 'not-now', why };
}

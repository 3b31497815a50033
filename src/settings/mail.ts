import { z } from 'zod';

/** Where a mail server is, and who we are to it. */
export interface SmtpServer {
  host: string;
  port: number;
  /** TLS from the first byte; otherwise STARTTLS. */
  tls: boolean;
  user?: string;
  password?: string;
}

/** Whom mails come from. */
export interface Sender {
  address: string;
  name?: string;
}

const URL_FORM = 'must be smtp(s)://[user:password@]host[:port], without anything behind it';

/** How mails leave the house. */
export const mailSettings = {
  SMTP_URL: smtpUrl()
    .optional()
    .describe(
      'The mail server: smtps://user:password@host:465, or smtp://user:password@host:587 with STARTTLS, which is required but on this machine in development. Without it development keeps mails at /letterbox; production refuses to start.',
    ),
  SMTP_URL_FALLBACK: smtpUrl()
    .optional()
    .describe('Another mail server, asked when the first cannot be reached or will not for now.'),
  MAIL_FROM: z
    .string()
    .transform((text) => senderIn(text))
    .refine((sender) => sender !== undefined, 'must be like Gatehouse <no-reply@example.com>')
    .optional()
    .describe('Whom mails come from: Gatehouse <no-reply@example.com>. Needed with SMTP_URL.'),
};

function smtpUrl() {
  return z
    .string()
    .transform((text) => smtpServerIn(text))
    .refine((server) => server !== undefined, URL_FORM);
}

/** Nothing but these parts: whatever else an address may say would loosen what we hold mail servers to. */
function smtpServerIn(text: string): SmtpServer | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^smtps?:\/\/[^/?#]+\/?$/.test(text)) return undefined;
  const tls = url.protocol === 'smtps:';
  const login = loginIn(url);
  return (
    login && {
      host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: Number(url.port) || (tls ? 465 : 587),
      tls,
      ...login,
    }
  );
}

/** As it was before it was written into an address. */
function loginIn({ username, password }: URL): Pick<SmtpServer, 'user' | 'password'> | undefined {
  if (!username) return {};
  try {
    return { user: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    return undefined;
  }
}

const ADDRESS = String.raw`[^\s\p{C}<>()[\]\\,;:"@]+@[^\s\p{C}<>()[\]\\,;:"@]+`;
const SENDER = new RegExp(
  `^(?:(?<name>[^\\p{C}<>",@]+?) *<(?<within>${ADDRESS})>|(?<bare>${ADDRESS}))$`,
  'u',
);

function senderIn(text: string): Sender | undefined {
  const { name, within, bare } = SENDER.exec(text.trim())?.groups ?? {};
  const address = within ?? bare;
  return address ? { address, ...(name && { name }) } : undefined;
}

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
      'The mail server: smtps://user:password@host:465, or smtp://user:password@host:587 with STARTTLS, which is required but on this machine in development. Without it and SES_REGION development keeps mails at /letterbox; production refuses to start.',
    ),
  SMTP_URL_FALLBACK: smtpUrl()
    .optional()
    .describe(
      'Another mail server, asked when the first (or SES) cannot be reached or will not for now.',
    ),
  SES_REGION: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d+$/, 'must be a region of Amazon SES, like eu-central-1')
    .optional()
    .describe('Amazon SES in the place of SMTP_URL: the region, like eu-central-1.'),
  AWS_ACCESS_KEY_ID: z
    .string()
    .optional()
    .describe('For SES_REGION. Without the two keys the machine’s role is asked for.'),
  AWS_SECRET_ACCESS_KEY: z.string().optional().describe('Goes with AWS_ACCESS_KEY_ID.'),
  AWS_SESSION_TOKEN: z
    .string()
    .optional()
    .describe('Goes with AWS_ACCESS_KEY_ID, where that is temporary.'),
  MAIL_FROM: z
    .string()
    .transform((text) => senderIn(text))
    .refine((sender) => sender !== undefined, 'must be like Gatehouse <no-reply@example.com>')
    .optional()
    .describe(
      'Whom mails come from: Gatehouse <no-reply@example.com>. Needed with SMTP_URL and SES_REGION.',
    ),
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

/** What mail is made of, once it has been read. */
export interface MailSettings {
  SMTP_URL?: SmtpServer | undefined;
  SMTP_URL_FALLBACK?: SmtpServer | undefined;
  SES_REGION?: string | undefined;
  AWS_ACCESS_KEY_ID?: string | undefined;
  AWS_SECRET_ACCESS_KEY?: string | undefined;
  AWS_SESSION_TOKEN?: string | undefined;
  MAIL_FROM?: Sender | undefined;
  production: boolean;
}

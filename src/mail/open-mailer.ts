import type { MailSettings, SmtpServer } from '../settings/mail.ts';
import { type Letterbox, letterboxMailer } from './letterbox.ts';
import type { Mailer } from './mailer.ts';
import { type SesOptions, sesMailer } from './ses.ts';
import { smtpMailer } from './smtp.ts';
import { withFallback } from './with-fallback.ts';

/** Where mails go, as the settings say. Nothing is connected before the first mail. */
export function openMailer(settings: MailSettings, letterbox: Pick<Letterbox, 'keep'>): Mailer {
  const { SMTP_URL, SMTP_URL_FALLBACK, SES_REGION: region, MAIL_FROM: from, production } = settings;
  if (!from) return letterboxMailer(letterbox);
  const to = (server: SmtpServer) =>
    smtpMailer({ server, from, inClear: !production && isThisMachine(server.host) });
  const first = SMTP_URL ? to(SMTP_URL) : region && sesMailer({ region, from, ...keys(settings) });
  if (!first) return letterboxMailer(letterbox);
  return SMTP_URL_FALLBACK ? withFallback(first, to(SMTP_URL_FALLBACK)) : first;
}

function keys(settings: MailSettings): Pick<SesOptions, 'credentials'> {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN: sessionToken } = settings;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) return {};
  const pair = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  return { credentials: { ...pair, ...(sessionToken && { sessionToken }) } };
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.[\d.]+$/.test(host);
}

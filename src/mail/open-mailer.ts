import type { Sender, SmtpServer } from '../settings/mail.ts';
import { type Letterbox, letterboxMailer } from './letterbox.ts';
import type { Mailer } from './mailer.ts';
import { smtpMailer } from './smtp.ts';
import { withFallback } from './with-fallback.ts';

export interface MailSettings {
  SMTP_URL?: SmtpServer | undefined;
  SMTP_URL_FALLBACK?: SmtpServer | undefined;
  MAIL_FROM?: Sender | undefined;
  production: boolean;
}

/** Where mails go, as the settings say. Nothing is connected before the first mail. */
export function openMailer(settings: MailSettings, letterbox: Pick<Letterbox, 'keep'>): Mailer {
  const { SMTP_URL: first, SMTP_URL_FALLBACK: second, MAIL_FROM: from, production } = settings;
  if (!first || !from) return letterboxMailer(letterbox);
  const to = (server: SmtpServer) =>
    smtpMailer({ server, from, inClear: !production && isThisMachine(server.host) });
  return second ? withFallback(to(first), to(second)) : to(first);
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.[\d.]+$/.test(host);
}

import type { MailSettings, SmtpServer } from '../settings/mail.ts';
import { type Letterbox, letterboxMailer } from './letterbox.ts';
import type { Mailer } from './mailer.ts';
import { type SesOptions, sesMailer } from './ses.ts';
import { smtpMailer } from './smtp.ts';
import { withFallback } from './with-fallback.ts';

/** A way that mails can go, and what operators know it by. */
export interface WayOut {
  name: string;
  mailer: Mailer;
}

/** Where mails go, as the settings say. Nothing is connected before the first mail. */
export function openMailer(settings: MailSettings, letterbox: Pick<Letterbox, 'keep'>): Mailer {
  const [first, second] = waysOut(settings, letterbox);
  return second ? withFallback(first.mailer, second.mailer) : first.mailer;
}

/** The way that is taken first, and the one behind it. */
export function waysOut(
  settings: MailSettings,
  letterbox: Pick<Letterbox, 'keep'>,
): [WayOut, WayOut?] {
  const { SMTP_URL, SMTP_URL_FALLBACK, SES_REGION: region, MAIL_FROM: from, production } = settings;
  const home = { name: 'the letterbox', mailer: letterboxMailer(letterbox) };
  if (!from) return [home];
  const to = (server: SmtpServer): WayOut => {
    const inClear = !production && isThisMachine(server.host);
    return { name: `${server.host}:${server.port}`, mailer: smtpMailer({ server, from, inClear }) };
  };
  const bySes = (place: string): WayOut => ({
    name: `Amazon SES in ${place}`,
    mailer: sesMailer({ region: place, from, ...keys(settings) }),
  });
  const first = SMTP_URL ? to(SMTP_URL) : region && bySes(region);
  if (!first) return [home];
  return SMTP_URL_FALLBACK ? [first, to(SMTP_URL_FALLBACK)] : [first];
}

function keys(settings: MailSettings): Pick<SesOptions, 'credentials'> {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN: sessionToken } = settings;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) return {};
  const pair = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  return { credentials: { ...pair, ...(sessionToken && { sessionToken }) } };
}

export function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.[\d.]+$/.test(host);
}

import { isDeepStrictEqual } from 'node:util';
import type { MailSettings, SmtpServer } from '../settings/mail.ts';
import { type Letterbox, letterboxMailer } from './letterbox.ts';
import type { Mailer } from './mailer.ts';
import { renewedMailer } from './renewed-mailer.ts';
import { type SesOptions, sesMailer } from './ses.ts';
import { smtpMailer } from './smtp.ts';
import { withFallback } from './with-fallback.ts';

/** A way that mails can go, and what operators know it by. */
export interface WayOut {
  name: string;
  mailer: Mailer;
}

/** Where mails go, as the settings say. Nothing is connected before the first mail. */
export function openMailer(
  settings: MailSettings,
  letterbox: Pick<Letterbox, 'keep'>,
  fresh?: FreshMailSettings,
): Mailer {
  const [first, second] = waysOut(settings, letterbox);
  if (!fresh) return second ? withFallback(first.mailer, second.mailer) : first.mailer;
  const renewing = ({ mailer }: WayOut, at: 0 | 1) => {
    let used = settings;
    return renewedMailer(mailer, async () => {
      if (isDeepStrictEqual(servers(used), servers(fresh.now()))) await fresh.renew();
      if (isDeepStrictEqual(servers(used), servers(fresh.now()))) return undefined;
      used = fresh.now();
      return waysOut(used, letterbox)[at]?.mailer;
    });
  };
  return second ? withFallback(renewing(first, 0), renewing(second, 1)) : renewing(first, 0);
}

/** The settings as they are known by now, and how to look again. */
interface FreshMailSettings {
  now: () => MailSettings;
  renew: () => Promise<void>;
}

const servers = (settings: MailSettings) => [
  settings.SMTP_URL,
  settings.SMTP_URL_FALLBACK,
  keys(settings),
];

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

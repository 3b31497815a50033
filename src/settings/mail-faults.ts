import type { MailSettings } from './mail.ts';

interface Fault {
  variable: string;
  fault: string;
}

/** What of the mail's settings does not go together. */
export function* mailFaults(settings: MailSettings): Generator<Fault> {
  const first = settings.SMTP_URL ?? settings.SES_REGION;
  yield* placeFaults(settings, first !== undefined);
  if (settings.SES_REGION) yield* keyFaults(settings);
}

/** The letterbox is for development: in production a mail that nobody sends would look like one that was sent. */
function* placeFaults(settings: MailSettings, first: boolean): Generator<Fault> {
  const { SMTP_URL, SMTP_URL_FALLBACK, SES_REGION, MAIL_FROM, production } = settings;
  if (production && !first) {
    yield { variable: 'SMTP_URL', fault: 'is missing; name the mail server, or set SES_REGION.' };
  }
  if ((production || first) && !MAIL_FROM) {
    yield { variable: 'MAIL_FROM', fault: 'is missing; say whom mails come from.' };
  }
  if (SMTP_URL && SES_REGION) yield { variable: 'SES_REGION', fault: BOTH };
  if (SMTP_URL_FALLBACK && !first) yield { variable: 'SMTP_URL_FALLBACK', fault: NO_FIRST };
}

const BOTH = 'is given beside SMTP_URL; keep one. SMTP_URL_FALLBACK names a second server.';
const NO_FIRST = 'is only used beside SMTP_URL or SES_REGION; set one of them first.';

/** Others may use these variables too: they are judged only where they are ours. */
function* keyFaults(settings: MailSettings): Generator<Fault> {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: key, AWS_SESSION_TOKEN: token } = settings;
  if (key && !id) yield { variable: 'AWS_ACCESS_KEY_ID', fault: half('AWS_SECRET_ACCESS_KEY') };
  if (id && !key) yield { variable: 'AWS_SECRET_ACCESS_KEY', fault: half('AWS_ACCESS_KEY_ID') };
  if (token && !id && !key) {
    yield { variable: 'AWS_SESSION_TOKEN', fault: 'goes with AWS_ACCESS_KEY_ID; set that.' };
  }
}

const half = (other: string) =>
  `is missing; it goes with ${other}. Remove both to use the machine’s role.`;

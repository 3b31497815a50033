import { setTimeout as pause } from 'node:timers/promises';
import { send } from './http.ts';

/** A mail as its reader finds it. */
export interface FoundMail {
  to: string;
  subject: string;
  text: string;
  /** Six digits, where it holds some. */
  code: string;
  /** The path of the link that it is about. */
  path: string;
}

const PATIENCE_MS = 20_000;

/** All mails to an address, newest first, once there are so many. */
export async function mailsTo(issuer: string, email: string, count = 1): Promise<FoundMail[]> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const { text } = await send(`${issuer}/letterbox.json?to=${encodeURIComponent(email)}`);
    const mails: Omit<FoundMail, 'code' | 'path'>[] = JSON.parse(text);
    if (mails.length >= count) return mails.map((mail) => ({ ...mail, ...foundIn(mail, issuer) }));
    if (performance.now() > deadline)
      throw new Error(`${mails.length} of ${count} mails for ${email}`);
    await pause(100);
  }
}

export async function lastMailTo(issuer: string, email: string, count = 1): Promise<FoundMail> {
  const [last] = await mailsTo(issuer, email, count);
  if (!last) throw new Error(`no mail for ${email}`);
  return last;
}

function foundIn({ text }: { text: string }, issuer: string) {
  const link = text.split(/\s+/).find((word) => word.startsWith(`${issuer}/`)) ?? issuer;
  const { pathname } = new URL(link);
  return { code: /\b\d{6}\b/.exec(text)?.[0] ?? '', path: pathname };
}

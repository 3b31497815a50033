import { randomBytes } from 'node:crypto';
import { openBrowser } from '../support/browser.ts';
import { type Answer, send } from '../support/http.ts';

/** What a page said would be mailed. */
export interface Promised {
  email: string;
  template: 'email-verification' | 'password-reset';
}

export type Entrance = 'sign-up' | 'password-reset';

export const freshAddress = () => `${randomBytes(8).toString('hex')}@example.com`;

/** The first page and its form, in a fresh browser; the second one is only looked at, not fetched. */
export async function askForMail(
  issuer: string,
  entrance: Entrance,
  email: string,
): Promise<{ answer: Answer; promised?: Promised }> {
  const browser = openBrowser(issuer);
  const { url, status, text } = await browser.visit(`/${entrance}`);
  if (status !== 200)
    throw new Error(`There is no page at /${entrance}: ${status} ${text.slice(0, 300)}`);
  const { pathname, origin } = new URL(url);
  const cookie = [...browser.cookies(pathname)].map(([name, value]) => `${name}=${value}`);
  const headers = { accept: 'text/html', origin, cookie: cookie.join('; ') };
  const answer = await send(url, { body: new URLSearchParams({ email }), headers });
  const next = answer.headers.get('location') ?? '';
  const template = TEMPLATES.find((one) => NEXT[one].test(next));
  return { answer, ...(answer.status === 303 && template && { promised: { email, template } }) };
}

const NEXT = {
  'email-verification': /\/email-verification$/,
  'password-reset': /\/password-reset\/code$/,
};

const TEMPLATES = ['email-verification', 'password-reset'] as const;

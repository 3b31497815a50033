import { openBrowser } from '../support/browser.ts';
import { type Answer, send } from '../support/http.ts';

/** A place where somebody types an address, and may learn from the answer who has it. */
export interface Door {
  name: string;
  /** Makes ready for these addresses, and answers how to knock with one: what came, without what differs by itself, and when. */
  open(issuer: string, emails: readonly string[]): Promise<Knock>;
}

export type Knock = (email: string) => Promise<{ answer: string; ms: number }>;

/** One visit, one form, posted again and again. */
const signIn: Door = {
  name: 'sign-in, wrong password',
  async open(issuer) {
    const browser = openBrowser(issuer);
    const { url } = await browser.visit('/sign-in');
    return (email) => timed(browser, url, { email, password: 'not the password' });
  },
};

export const DOORS: Door[] = [signIn];

async function timed(
  browser: ReturnType<typeof openBrowser>,
  url: string,
  fields: Record<string, string>,
) {
  const { origin, pathname } = new URL(url);
  const cookie = [...browser.cookies(pathname)].map(([name, value]) => `${name}=${value}`);
  const headers = { accept: 'text/html', origin, cookie: cookie.join('; ') };
  const body = new URLSearchParams(fields);
  const started = performance.now();
  const answer = await send(url, { body, headers });
  const ms = performance.now() - started;
  return { answer: bare(answer, fields['email'] ?? ''), ms };
}

/** Status, headers and body without what differs by itself from one answer to the next. */
export function bare({ status, headers, text }: Answer, email: string): string {
  const nonce = /nonce="([^"]+)"/.exec(text)?.[1];
  const ids = [nonce, headers.get('x-request-id'), email, encodeURIComponent(email)];
  const lines = [...headers]
    .filter(([name]) => name !== 'date')
    .map(
      ([name, value]) => `${name}: ${name === 'set-cookie' ? cookieWithoutValue(value) : value}`,
    );
  let all = [status, ...lines, '', text].join('\n');
  for (const id of ids) if (id) all = all.replaceAll(id, '*');
  return all.replaceAll(/\/interaction\/[\w-]+/g, '/interaction/*');
}

const cookieWithoutValue = (line: string) => line.replace(/=[^;]*/, '=*');

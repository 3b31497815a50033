import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, openBrowser } from '../support/browser.ts';
import { type Answer, send } from '../support/http.ts';
import { inLanes } from './lanes.ts';

/** A place where somebody types an address, and may learn from the answers who has it. */
export interface Door {
  name: string;
  /** Makes ready for these addresses, and answers how to knock with one of them. */
  open(issuer: string, emails: readonly string[]): Promise<Knock>;
}

/** What came, without what differs by itself; and how long it took, answer by answer. */
export type Knock = (email: string) => Promise<{ answer: string; times: Record<string, number> }>;

const signIn: Door = {
  name: 'sign-in, wrong password',
  async open(issuer) {
    const browser = openBrowser(issuer);
    const { url } = await browser.visit('/sign-in');
    return async (email) => {
      const typed = { email, password: 'not the password' };
      const { answer, ms } = await timed(browser, url, typed);
      return { answer: bare(answer, email), times: { answer: ms } };
    };
  },
};

const asking = (name: string, path: string): Door => ({
  name,
  open: async (issuer) => async (email) => {
    const browser = openBrowser(issuer);
    const { url } = await browser.visit(path);
    return answerAndPageAfter(browser, url, { email }, email);
  },
});

/** The first code was asked for long enough ago: everybody asks for another one. */
const asksAgain = (name: string, path: string): Door => ({
  name,
  async open(issuer, emails) {
    const waiting = new Map<string, { browser: Browser; url: string }>();
    const askFirst = (email: string) => async () => {
      const browser = openBrowser(issuer);
      const { url, status, text } = await browser.submit(await browser.visit(path), { email });
      if (status !== 200) throw new Error(`no page asks for a code: ${status} ${text}`);
      waiting.set(email, { browser, url });
    };
    await inLanes(FIRST_AT_ONCE, emails.map(askFirst));
    await sleep(FIRST_WAIT_MS);
    return async (email) => {
      const there = waiting.get(email);
      if (!there) throw new Error(`nobody waits for ${email}`);
      return answerAndPageAfter(there.browser, there.url, { again: 'yes' }, email);
    };
  },
});

const FIRST_AT_ONCE = 4;
const FIRST_WAIT_MS = 31_000;

export const DOORS: Door[] = [
  signIn,
  asking('sign-up', '/sign-up'),
  asking('reset', '/password-reset'),
  asksAgain('another code for a sign-up', '/sign-up'),
  asksAgain('another code for a reset', '/password-reset'),
];

/** The answer to a form, and the page that it leads to: what happens behind it must not slow that one down either. */
async function answerAndPageAfter(
  browser: Browser,
  url: string,
  fields: Record<string, string>,
  email: string,
) {
  const { answer, ms } = await timed(browser, url, fields);
  const target = new URL(answer.headers.get('location') ?? '/', url);
  if (answer.status !== 303) throw new Error(`refused: ${answer.status} ${answer.text}`);
  const after = await timed(browser, target.href);
  return {
    answer: `${bare(answer, email)}\n${bare(after.answer, email)}`,
    times: { answer: ms, 'page after': after.ms },
  };
}

async function timed(browser: Browser, url: string, fields?: Record<string, string>) {
  const { origin, pathname } = new URL(url);
  const cookie = [...browser.cookies(pathname)].map(([name, value]) => `${name}=${value}`);
  const headers = { accept: 'text/html', origin, cookie: cookie.join('; ') };
  const body = fields && new URLSearchParams(fields);
  const started = performance.now();
  const answer = await send(url, { body, headers });
  const ms = performance.now() - started;
  for (const line of answer.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    browser.setCookie(name, value);
  }
  return { answer, ms };
}

/** Status, headers and body without what differs by itself from one answer to the next. */
export function bare({ status, headers, text }: Answer, email: string): string {
  const ids = [headers.get('x-request-id'), email, encodeURIComponent(email)];
  const lines = [...headers]
    .filter(([name]) => name !== 'date')
    .map(
      ([name, value]) => `${name}: ${name === 'set-cookie' ? cookieWithoutValue(value) : value}`,
    );
  let all = [status, ...lines, '', text].join('\n');
  for (const id of ids) if (id) all = all.replaceAll(id, '*');
  for (const [pattern, calm] of DIFFERS) all = all.replaceAll(pattern, calm);
  return all;
}

/** Names that are made anew each time, the number of a page that waits, and how many seconds are left. */
const DIFFERS: [RegExp, string][] = [
  [/\/interaction\/[\w-]+/g, '/interaction/*'],
  [/(nonce-|nonce=")[\w-]+/g, '$1*'],
  [/<bdi>\d\d<\/bdi>/g, '<bdi>**</bdi>'],
  [/(data-wait="|retry-after: |Wait )\d+/g, '$1*'],
  [/\b\d:\d\d\b/g, '*:**'],
];

const cookieWithoutValue = (line: string) =>
  line.replace(/=[^;]*/, '=*').replace(/expires=[^;]*/, 'expires=*');

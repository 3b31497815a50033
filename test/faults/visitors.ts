import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, type Page, openBrowser } from '../support/browser.ts';
import { freshAddress } from '../prove/visitors.ts';
import type { Kind } from './record.ts';
import {
  PATIENCE_MS,
  type Person,
  REQUEST,
  type World,
  persist,
  post,
  redemptionOf,
} from './world.ts';

/** People. They try again where they are told to, begin anew where they must, and give up in the end. */
const MOST_ANEW = 5;
/** Whoever has had nothing but trouble for so long goes. */
const LONGEST_VISIT_MS = 150_000;
const MOST_PAGES = 8;
const SESSION = 'gatehouse_session';

type Attempt = { how: 'done' } | { how: 'anew'; why: string };
const DONE: Attempt = { how: 'done' };
const anew = (why: string): Attempt => ({ how: 'anew', why });
const LATE = anew('no answer in time');

let visits = 0;

/** One visit, from its first page to its end. */
async function visit(
  { recorder }: World,
  kind: Kind,
  attempt: () => Promise<Attempt>,
): Promise<boolean> {
  const number = (visits += 1);
  const about = { kind, visit: number };
  recorder.tell({ is: 'begun', ...about });
  let why = '';
  const deadline = performance.now() + LONGEST_VISIT_MS;
  for (let again = 0; again <= MOST_ANEW; again += 1) {
    // A page without the form that should be on it ends an attempt, not the whole proof.
    const end = await attempt().catch((error: unknown) => anew(String(error).slice(0, 200)));
    if (end.how === 'done') {
      const reason = why && { why };
      recorder.tell({ is: 'ended', ...about, how: 'done', anew: again, ...reason });
      return true;
    }
    ({ why } = end);
    if (end === LATE || performance.now() > deadline) break;
  }
  recorder.tell({ is: 'ended', ...about, how: 'given-up', anew: MOST_ANEW, why });
  return false;
}

/** Signs in to the application, and sometimes out again. */
export async function signIn(world: World, person = world.person()): Promise<void> {
  let browser: Browser | undefined;
  await visit(world, 'sign-in', async () => {
    browser = openBrowser(world.issuer, { send: world.recorder.sender('sign-in', person.email) });
    const code = await throughPages(browser, person);
    const cookie = browser.cookies().get(SESSION);
    if (cookie) world.recorder.tell({ is: 'session', of: person.email, cookie });
    return typeof code === 'string' ? redeem(world, person.email, code) : code;
  });
  if (!browser) return;
  if (Math.random() < 0.3) await comeBack(world, browser, person);
  if (Math.random() < 0.2) await signOut(world, browser, person);
}

/** Opens the page of the password; answers how to go on from there, whenever that is. */
export async function beginSignIn(world: World): Promise<() => Promise<void>> {
  const person = world.person();
  const browser = openBrowser(world.issuer, {
    send: world.recorder.sender('sign-in', person.email),
  });
  let { answer: page } = await persist(() => browser.visit(REQUEST));
  return async () => {
    await visit(world, 'sign-in', async () => {
      const code = await throughPages(browser, person, page);
      page = undefined;
      return typeof code === 'string' ? redeem(world, person.email, code) : code;
    });
  };
}

/** The code, from the browser that has been through all pages. */
async function throughPages(
  browser: Browser,
  person: Person,
  from?: Page,
): Promise<string | Attempt> {
  let page = from ?? (await persist(() => browser.visit(REQUEST))).answer;
  for (let pages = 0; pages < MOST_PAGES && page && !page.leftFor; pages += 1) {
    if (page.status >= 400) return anew(saidBy(page));
    const here = page;
    const typed = /name="password"/.test(here.text) ? { ...person } : {};
    ({ answer: page } = await persist(() => browser.submit(here, typed)));
  }
  if (!page) return LATE;
  return page.leftFor?.searchParams.get('code') ?? anew(`no code: ${saidBy(page)}`);
}

const saidBy = ({ status, url, text }: Page) =>
  `${status} ${new URL(url).pathname.replace(/interaction\/[^/]+/, 'interaction')} ${/<h1>([^<]*)/.exec(text)?.[1] ?? ''}`;

async function redeem(world: World, of: string, code: string): Promise<Attempt> {
  const { recorder } = world;
  const { answer } = await persist(() => post(world, { kind: 'sign-in', of }, redemptionOf(code)));
  if (!answer) return LATE;
  if (answer.status !== 200) return anew(`${answer.status} ${answer.text.slice(0, 200)}`);
  const tokens = answer.json();
  const [accessToken, idToken, refreshToken] = ['access_token', 'id_token', 'refresh_token'].map(
    (name) => String(tokens[name]),
  );
  recorder.tell({ is: 'redeemed', code });
  for (const jwt of [accessToken, idToken]) {
    recorder.tell({ is: 'issued', jwt: jwt ?? '', of, scope: String(tokens['scope']) });
  }
  const session = { of, accessToken: accessToken ?? '', refreshToken: refreshToken ?? '' };
  if (Math.random() < 0.1) await stealCode(world, code, session);
  else keep(world, { ...session, busy: false });
  return DONE;
}

const MOST_SESSIONS = 60;

function keep({ sessions }: World, session: World['sessions'][number]): void {
  if (sessions.length >= MOST_SESSIONS) sessions.splice(Math.random() * sessions.length, 1);
  sessions.push(session);
}

/** Somebody saw the code, and comes with it too: nobody gets anything more from it. */
async function stealCode(
  world: World,
  code: string,
  { of, accessToken }: { of: string; accessToken: string },
): Promise<void> {
  const { answer } = await persist(() => post(world, { kind: 'sign-in', of }, redemptionOf(code)));
  if (!answer) return;
  world.recorder.tell({ is: 'replayed', code, status: answer.status });
  await mustBeDead(world, 'a replayed code', { of, accessToken });
}

async function mustBeDead(
  world: World,
  what: string,
  { of, accessToken }: { of: string; accessToken: string },
): Promise<void> {
  const headers = { authorization: `Bearer ${accessToken}` };
  const me = world.recorder.sender('me', of);
  await sleep(1000);
  const { answer } = await persist(() => me(`${world.issuer}/me`, { headers }));
  if (answer?.status === 200) world.recorder.tell({ is: 'outlived', what, status: 200 });
}

/** The next application of the same browser: nobody has to sign in again, unless sessions were lost. */
async function comeBack(world: World, browser: Browser, person: Person): Promise<void> {
  await sleep(1000 + Math.random() * 4000);
  await visit(world, 'live-session', async () => {
    const { answer: page } = await persist(() => browser.visit(REQUEST));
    if (!page) return LATE;
    if (page.leftFor?.searchParams.has('code')) {
      world.recorder.tell({ is: 'same-session', of: person.email });
      return DONE;
    }
    const code = await throughPages(browser, person);
    return typeof code === 'string' ? DONE : code;
  });
}

async function signOut(world: World, browser: Browser, { email }: Person): Promise<void> {
  const session = world.sessions.find(({ of }) => of === email);
  // Its application is just using it: what it is told then says nothing.
  if (session?.busy) return;
  if (session) world.sessions.splice(world.sessions.indexOf(session), 1);
  let wasIn = true;
  const out = await visit(world, 'sign-out', async () => {
    const { answer: asking } = await persist(() => browser.visit('/session/end'));
    if (!asking) return LATE;
    // Where nobody is signed in any more, nothing is ended.
    if (!asking.text.includes(email)) wasIn = false;
    if (!wasIn) return DONE;
    const { answer: left } = await persist(() => browser.submit(asking));
    if (!left) return LATE;
    return left.status < 400 ? DONE : anew(saidBy(left));
  });
  if (session && out && wasIn) await mustBeDead(world, 'a session that was ended', session);
}

/** Makes an account, all the way. */
export async function signUp(world: World): Promise<void> {
  const person = { email: freshAddress(), password: 'seven quiet herons' };
  await visit(world, 'sign-up', async () => {
    const asked = await askForCode(world, 'sign-up', person);
    if ('how' in asked) return asked;
    const details = { given_name: 'Ada', family_name: 'Byron', new_password: person.password };
    const end = await asked.browser.type(details);
    if (end.how === 'done') world.recorder.tell({ is: 'account-made', email: person.email });
    return end;
  });
}

/** Gets a new password by mail. */
export async function resetPassword(world: World): Promise<void> {
  const { email } = world.forgetful();
  const person = { email, password: 'a new and long password' };
  await visit(world, 'reset', async () => {
    const asked = await askForCode(world, 'reset', person);
    if ('how' in asked) return asked;
    const end = await asked.browser.type({ new_password: person.password });
    if (end.how === 'done') world.recorder.tell({ is: 'password-set', ...person });
    return end;
  });
}

const ENTRANCES = {
  'sign-up': { path: '/sign-up', template: 'email-verification', next: /\/email-verification$/ },
  reset: { path: '/password-reset', template: 'password-reset', next: /\/password-reset\/code$/ },
} as const;

/** As far as the page behind the code; `type` fills that in. */
async function askForCode(
  world: World,
  kind: keyof typeof ENTRANCES,
  { email }: Person,
): Promise<{ browser: { type(fields: Record<string, string>): Promise<Attempt> } } | Attempt> {
  const { path, template, next } = ENTRANCES[kind];
  const browser = openBrowser(world.issuer, { send: world.recorder.sender(kind, email) });
  const { answer: first } = await persist(() => browser.visit(path));
  if (!first) return LATE;
  if (first.status >= 400) return anew(saidBy(first));
  const { answer: asking } = await persist(() => browser.submit(first, { email }));
  if (!asking) return LATE;
  if (!next.test(asking.url)) return anew(saidBy(asking));
  world.recorder.tell({ is: 'promised', email, template });
  const chosen = await typeCodes(world, browser, asking, email);
  if ('how' in chosen) return chosen;
  return {
    browser: {
      async type(fields) {
        const { answer: end } = await persist(() => browser.submit(chosen, fields));
        if (!end) return LATE;
        return end.status < 400 ? DONE : anew(saidBy(end));
      },
    },
  };
}

/** The newest mail first: an older one may be of a page that nobody sees any more. */
async function typeCodes(
  world: World,
  browser: Browser,
  asking: Page,
  email: string,
): Promise<Page | Attempt> {
  for (let tries = 0; tries < MOST_CODES; tries += 1) {
    const code = await untried(world, email);
    if (!code) return anew('no code came');
    const { answer: page } = await persist(() => browser.submit(asking, { code }));
    if (!page) return LATE;
    if (page.status < 400) return page;
    if (page.status !== 400) return anew(saidBy(page));
  }
  return anew('no code was right');
}

const MOST_CODES = 4;

async function untried({ codeFor }: World, email: string): Promise<string | undefined> {
  const deadline = performance.now() + 1.5 * PATIENCE_MS;
  while (performance.now() < deadline) {
    const code = codeFor(email);
    if (code) return code;
    await sleep(100);
  }
  return undefined;
}

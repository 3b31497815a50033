import type { Browser, Page } from '../support/browser.ts';
import {
  type Person,
  type TestHouse,
  type TestHouseOptions,
  openTestHouse,
} from '../support/house.ts';

/** Somebody who tries passwords at a house that believes where they say they come from. */
export interface Tries {
  house: TestHouse;
  /** How many passwords were hashed since it was last asked. */
  hashed(): number;
  /** An address where nobody was before. */
  somewhere(): string;
  /** One try, in a fresh browser from a fresh address, unless told otherwise. */
  attempt(who: Who, how?: { browser?: Browser; from?: string }): Promise<Page>;
  post(browser: Browser, page: Page, who: Who, from: string): Promise<Page>;
  /** Ten wrong ones, one after the other. */
  spend(who: { email: string }, times?: number): Promise<Page[]>;
  /** A browser that the person has signed in with, and out again. */
  browserOf(person: Person): Promise<Browser>;
}

type Who = { email: string; password: string };

export const TRUSTING = { GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1' };

export async function openTries({ env, ...options }: TestHouseOptions): Promise<Tries> {
  const house = await openTestHouse({ ...options, env: { ...TRUSTING, ...env } });
  let [hashed, host] = [0, 0];
  const { hasher } = house.house;
  const verify = hasher.verify.bind(hasher);
  hasher.verify = (...args) => {
    hashed += 1;
    return verify(...args);
  };

  const tries: Tries = {
    house,
    hashed() {
      const since = hashed;
      hashed = 0;
      return since;
    },
    somewhere() {
      host += 1;
      return `198.18.${host >> 8}.${host & 255}`;
    },
    async attempt(who, { browser = house.browser(), from = tries.somewhere() } = {}) {
      return tries.post(browser, await browser.visit('/sign-in'), who, from);
    },
    post(browser, page, { email, password }, from) {
      const headers = { origin: house.issuer, 'x-forwarded-for': from };
      return browser.visit(page.url, { body: new URLSearchParams({ email, password }), headers });
    },
    async spend(who, times = 10) {
      const pages: Page[] = [];
      for (let i = 0; i < times; i += 1) pages.push(await tries.attempt(wrong(who)));
      return pages;
    },
    async browserOf(person) {
      const browser = house.browser();
      await tries.attempt(person, { browser });
      await browser.submit(await browser.visit('/session/end'), {}, SIGN_OUT);
      return browser;
    },
  };
  return tries;
}

export const SIGN_OUT = { button: { name: 'logout', value: 'yes' } };

export const wrong = ({ email }: { email: string }) => ({ email, password: 'not the password' });
export const isIn = ({ url, status }: Page) => status === 200 && new URL(url).pathname === '/';
export const alertOf = ({ text }: Page) => /role="alert">([^<]*)</.exec(text)?.[1];

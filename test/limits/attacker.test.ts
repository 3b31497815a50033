import type { Browser, Page } from '../support/browser.ts';
import { BACKENDS, type Person, type TestHouse } from '../support/house.ts';
import { lastMailTo, mailsTo } from '../support/letterbox.ts';
import { type Tries, alertOf, isIn, openTries, wrong } from '../sign-in/tries.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NEW_PASSWORD = 'a new and long password';

describe.each(BACKENDS)(
  'an attacker who spends all that a victim has, counted in %s',
  (backend) => {
    let house: TestHouse;
    let tries: Tries;
    let victim: Person;
    let own: Browser;
    beforeAll(async () => {
      tries = await openTries({ backend });
      ({ house } = tries);
    });
    beforeEach(async () => {
      victim = await house.person();
      own = await tries.browserOf(victim);
    });
    afterAll(() => house.close());

    /** One form of a page, posted from there. */
    const post = (browser: Browser, page: Page, typed: Record<string, string>, from: string) => {
      const headers = { origin: house.issuer, 'x-forwarded-for': from };
      return browser.visit(page.url, { body: new URLSearchParams(typed), headers });
    };

    async function askForReset(from = tries.somewhere(), browser = house.browser()): Promise<Page> {
      const page = await browser.visit('/password-reset');
      return post(browser, page, { email: victim.email }, from);
    }

    async function spendMails(): Promise<Page> {
      for (let i = 0; i < 20; i += 1) {
        const page = await askForReset();
        if (page.status === 429) return page;
      }
      throw new Error('there was no end of mails');
    }

    /** Wrong codes for the victim's address, each proof asked for and tried by another stranger. */
    async function spendCodes(): Promise<Page> {
      for (let hour = 0; hour < 20; hour += 1) {
        const browser = house.browser();
        const page = await askForReset(tries.somewhere(), browser);
        if (page.status === 429) house.turnClock(2 * HOUR);
        for (let i = 0; i < 5 && page.status !== 429; i += 1) {
          const tried = await post(browser, page, { code: '000000' }, tries.somewhere());
          if (tried.status === 429) return tried;
        }
      }
      throw new Error('there was no end of codes');
    }

    async function resets(browser: Browser, page: Page): Promise<Page> {
      const before = (await mailsTo(house.issuer, victim.email)).length;
      const asked = await post(browser, page, { email: victim.email }, '192.0.2.1');
      expect(asked.status).toBe(200);
      const { code } = await lastMailTo(house.issuer, victim.email, before + 1);
      return browser.submit(await browser.submit(asked, { code }), { new_password: NEW_PASSWORD });
    }

    it('keeps them neither from signing in nor from a new password, in a browser that is known', async () => {
      await tries.spend(victim);
      expect((await tries.attempt(victim)).status).toBe(429);
      const refused = await spendCodes();
      expect(alertOf(refused)).toMatch(/Wait \d+ hours/);
      expect(waitOf(refused)).toBeGreaterThan(20 * 3600);
      const mails = await spendMails();
      expect(waitOf(mails)).toBeGreaterThan(0);
      expect(alertOf(mails)).toMatch(/Wait \d+/);

      expect(isIn(await tries.attempt(victim, { browser: own }))).toBe(true);
      const home = await resets(own, await own.visit('/password-reset'));
      expect(isIn(home)).toBe(true);
      expect(home.text).toContain(victim.email);
    }, 120_000);

    it('keeps them from neither by spending all that their own place has', async () => {
      const place = '203.0.113.7';
      for (let i = 0; i < 100; i += 1) {
        const nobody = { email: `nobody${i}@example.com`, password: 'not the password' };
        await tries.attempt(nobody, { from: place });
      }
      let last = await askForReset(place);
      for (let i = 0; i < 25 && last.status !== 429; i += 1) {
        const browser = house.browser();
        const page = await browser.visit('/sign-up');
        last = await post(browser, page, { email: `nobody${i}@example.com` }, place);
      }
      expect(last.status).toBe(429);
      expect((await tries.attempt(victim, { from: place })).status).toBe(429);

      expect(isIn(await tries.attempt(victim, { from: place, browser: own }))).toBe(true);
      const asked = await askForReset(place, own);
      expect(asked.status).toBe(200);
    }, 120_000);

    it('keeps a new browser waiting for a quarter of an hour, then an hour, and not for ever', async () => {
      const waits: number[] = [];
      for (let round = 0; round < 5; round += 1) {
        await tries.spend(victim);
        const refused = await tries.attempt(victim);
        expect(refused.status).toBe(429);
        waits.push(waitOf(refused));
        house.turnClock(waitOf(refused) * 1000);
      }
      expect(waits.map((wait) => Math.round(wait / 60))).toEqual([15, 30, 60, 60, 60]);
      expect(isIn(await tries.attempt(victim))).toBe(true);
    }, 120_000);

    it('whoever asks for mails in their name sends them a way in, and a new browser gets its own in a while', async () => {
      const refused = await spendMails();
      expect(waitOf(refused)).toBeLessThanOrEqual(3600);
      const elsewhere = house.browser();
      const { path } = await lastMailTo(house.issuer, victim.email, 3);
      const choosing = await elsewhere.submit(await elsewhere.visit(path));
      expect(isIn(await elsewhere.submit(choosing, { new_password: NEW_PASSWORD }))).toBe(true);

      house.turnClock(waitOf(refused) * 1000);
      const fresh = house.browser();
      expect(isIn(await resets(fresh, await fresh.visit('/password-reset')))).toBe(true);
    }, 120_000);

    it('learns nothing: nobody at all is refused in the same words', async () => {
      const pages: string[] = [];
      for (const email of [victim.email, 'nobody-at-all@example.com']) {
        await tries.spend({ email });
        victim = { ...victim, email };
        const [password, mails] = [await tries.attempt(wrong({ email })), await spendMails()];
        pages.push([password, mails].map((page) => [page.status, alertOf(page)]).join());
      }
      expect(pages[0]).toBe(pages[1]);
    }, 60_000);
  },
);

const waitOf = ({ headers }: Page) => Number(headers.get('retry-after'));

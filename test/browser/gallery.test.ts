import { jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { PLACES } from '../../src/development/gallery/gallery.ts';
import { LANGUAGES } from '../../src/i18n/languages.ts';
import { CHROMIUM } from '../support/chromium.ts';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { type Visit, launch, visit } from './chromium.ts';
import { inspect, isWide } from './inspect.ts';

// A browser starts and paints; a busy machine takes its time.
jest.setTimeout(120_000);

/** Every state stands on the smallest phone, in one language after the other. All widths, languages and looks are the long proof's. */
const SMALL_PHONE = { width: 320, height: 640 };

const NAMES = Object.keys(LANGUAGES);
const STATES = PLACES.map((place, at) => ({ ...place, language: NAMES[at % NAMES.length] ?? '' }));

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.close());

for (const program of CHROMIUM) {
  describe('in Chromium', () => {
    let browser: Browser;
    let page: Page;
    let visited: Visit;
    beforeAll(async () => {
      browser = await launch(program);
      visited = await visit(browser, { viewport: SMALL_PHONE, reducedMotion: 'reduce' });
      page = await visited.context.newPage();
    });
    afterAll(() => browser.close());

    it.each(STATES)('$view, $state: nothing is in anybody’s way', async ({ path, language }) => {
      visited.complaints.length = 0;
      await page.goto(`${house.issuer}${path}/alone?language=${language}`);
      expect(await inspect(page)).toEqual([]);
      expect(visited.complaints).toEqual([]);
      expect(await isWide(page)).toBe(false);
    });
  });
}

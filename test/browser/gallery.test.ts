import { jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { PLACES } from '../../src/development/gallery/gallery.ts';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { CHROMIUM, type Visit, launch, visit } from './chromium.ts';
import { inspect, isWide } from './inspect.ts';

// A browser starts and paints; a busy machine takes its time.
jest.setTimeout(120_000);

const PHONE = { width: 390, height: 844 };
const SMALL_PHONE = { width: 320, height: 640 };

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
      visited = await visit(browser, { viewport: PHONE, reducedMotion: 'reduce' });
      page = await visited.context.newPage();
    });
    afterAll(() => browser.close());

    it.each(PLACES)('$view, $state: nothing is in anybody’s way', async ({ path }) => {
      visited.complaints.length = 0;
      await page.setViewportSize(PHONE);
      await page.goto(`${house.issuer}${path}/alone?language=en`);
      expect(await inspect(page)).toEqual([]);
      expect(visited.complaints).toEqual([]);
      await page.setViewportSize(SMALL_PHONE);
      expect(await isWide(page)).toBe(false);
    });
  });
}

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * What is wrong with the page that is open: all that axe finds, in the light and in the dark, and whether anything jumped
 * while it was loaded. The browser is one that wishes for no motion, so that colours change at once.
 */
export async function inspect(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.evaluate(AXE);
  const found = await measure(page, `(${SHIFTS})()`, `(${FINDINGS})({})`);
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await measure(page, `(${FINDINGS})({ runOnly: ['color-contrast'] })`);
  return [...found, ...dark.map((one) => `in the dark, ${one}`)];
}

async function measure(page: Page, ...scripts: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const script of scripts) {
    const said: unknown = await page.evaluate(script);
    if (!Array.isArray(said)) throw new Error('nothing was measured');
    found.push(...said.map(String));
  }
  return found;
}

/* They run in the page. What is in a frame is a page of its own. */
const FINDINGS = String.raw`async (options) => {
  const { violations } = await axe.run(document, { iframes: false, resultTypes: ['violations'], ...options });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => [id, target.join(' '), failureSummary].join(': ')),
  );
}`;
const SHIFTS = String.raw`() => new Promise((resolve) => {
  const seen = [];
  new PerformanceObserver((list) => seen.push(...list.getEntries()))
    .observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => resolve(seen.map(({ value }) => 'the layout shifts by ' + value)), 0);
})`;

/** Whether one would have to scroll sideways. */
export function isWide(page: Page): Promise<boolean> {
  return page.evaluate(
    'document.documentElement.scrollWidth > document.documentElement.clientWidth',
  );
}

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import { brandOf } from '../../src/brand/brand.ts';
import { MAIL_SAMPLES } from '../../src/development/mail-samples.ts';
import { LANGUAGES } from '../../src/i18n/languages.ts';
import { letterWriter } from '../../src/mail/templates.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { inChromium } from './chromium.ts';

jest.setTimeout(120_000);

const write = letterWriter({ brand: brandOf(readSettings({})), issuer: 'https://id.example.com' });
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const LOOKS = `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`;
const LONG =
  'a-name-that-somebody-chose-for-an-address-of-their-own@a.long.department.of.example.com';

const letters = Object.keys(LANGUAGES).flatMap((language) =>
  Object.entries(MAIL_SAMPLES).map(([name, { template, facts }]) => {
    const letter = write({ template, language, address: LONG, facts });
    return { name: `${name} in ${language}`, html: letter?.html ?? '' };
  }),
);
const english = letters.filter(({ name }) => name.endsWith(' in en'));

async function look(page: Page, wanted: string, some = letters): Promise<string[]> {
  const found: string[] = [];
  for (const { name, html } of some) {
    await page.setContent(html);
    const seen: unknown = await page.evaluate(wanted);
    if (Array.isArray(seen)) found.push(...seen.map((one) => `${name}: ${String(one)}`));
  }
  return found;
}

inChromium((open) => {
  it.each(['light', 'dark'] as const)(
    'every letter can be read by everybody: %s',
    async (colorScheme) => {
      const viewport = { width: 800, height: 900 };
      const { page } = await open({ colorScheme, viewport });
      expect(await look(page, `${AXE};${LOOKS}`, english)).toEqual([]);
    },
  );

  it.each([320, 390, 800])('no letter is wider than %i pixels', async (width) => {
    const { page } = await open({ viewport: { width, height: 800 } });
    const wide = `[document.documentElement.scrollWidth].filter((one) => one > ${width})`;
    expect(await look(page, wide)).toEqual([]);
  });

  it('a code is copied as it is typed', async () => {
    const { page } = await open();
    await page.setContent(
      letters.find(({ name }) => name.startsWith('email-verification'))?.html ?? '',
    );
    const copied = `getSelection().selectAllChildren(document.querySelector('.code')), String(getSelection())`;
    expect(await page.evaluate(copied)).toBe('012345');
  });

  it('a letter reads from the right where its language does', async () => {
    const { page } = await open({ viewport: { width: 800, height: 900 } });
    await page.setContent(
      (letters[0]?.html ?? '').replaceAll(/(lang="..") dir="ltr"/g, '$1 dir="rtl"'),
    );
    const edges = `[document.querySelector('.sheet h1'), document.querySelector('.way')].map((one) => {
        const range = document.createRange();
        range.selectNodeContents(one);
        return Math.round(document.querySelector('.sheet').getBoundingClientRect().right - range.getBoundingClientRect().right);
      })`;
    const [heading, button] = Object.values(Object(await page.evaluate(edges)));
    expect(heading).toBe(33);
    expect(button).toBe(33);
    expect(await page.evaluate(`getComputedStyle(document.querySelector('.code')).direction`)).toBe(
      'ltr',
    );
  });
});

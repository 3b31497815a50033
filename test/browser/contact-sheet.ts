import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { PLACES } from '../../src/development/gallery/gallery.ts';

/** One way to look at every page. */
export interface Sight {
  name: string;
  language: string;
  context: BrowserContextOptions;
  direction?: 'rtl';
  /** How large a page stands on the sheet, and how many beside each other. */
  scale: number;
  columns: number;
}

const PHONE = { width: 390, height: 844 };
const DESK = { width: 1440, height: 900 };
/** What is left of a phone at 200 %. */
const PHONE_ZOOMED = { width: 195, height: 422 };
const DESK_ZOOMED = { width: 720, height: 450 };

/** On one sheet: what a screen can show. */
const ROWS = 2;

const SCHEMES = ['light', 'dark'] as const;

export const SIGHTS: Sight[] = [
  ...['en', 'ru'].flatMap((language) =>
    SCHEMES.flatMap((colorScheme): Sight[] => [
      {
        name: `phone-${colorScheme}-${language}`,
        language,
        context: { viewport: PHONE, colorScheme },
        scale: 0.5,
        columns: 8,
      },
      {
        name: `desk-${colorScheme}-${language}`,
        language,
        context: { viewport: DESK, colorScheme },
        scale: 0.3,
        columns: 4,
      },
    ]),
  ),
  {
    name: 'phone-light-fr',
    language: 'fr',
    context: { viewport: PHONE, colorScheme: 'light' },
    scale: 0.5,
    columns: 8,
  },
  {
    name: 'phone-zoomed-ru',
    language: 'ru',
    context: { viewport: PHONE_ZOOMED, deviceScaleFactor: 2, colorScheme: 'light' },
    scale: 1,
    columns: 8,
  },
  {
    name: 'desk-zoomed-en',
    language: 'en',
    context: { viewport: DESK_ZOOMED, deviceScaleFactor: 2, colorScheme: 'light' },
    scale: 0.6,
    columns: 4,
  },
  {
    name: 'phone-right-to-left',
    language: 'en',
    direction: 'rtl',
    context: { viewport: PHONE, colorScheme: 'light' },
    scale: 0.5,
    columns: 8,
  },
  {
    name: 'phone-high-contrast',
    language: 'en',
    context: { viewport: PHONE, forcedColors: 'active', colorScheme: 'dark' },
    scale: 0.5,
    columns: 8,
  },
];

/** Every state of every page as a picture in `folder`, and all of one sight on few sheets. Gives the sheets' paths. */
export async function contactSheets(
  browser: Browser,
  issuer: string,
  folder: string,
  sights = SIGHTS,
): Promise<string[]> {
  const sheets: string[] = [];
  for (const sight of sights) sheets.push(...(await sheetsOf(browser, issuer, folder, sight)));
  return sheets;
}

async function sheetsOf(browser: Browser, issuer: string, folder: string, sight: Sight) {
  const { name, language, direction } = sight;
  mkdirSync(join(folder, name), { recursive: true });
  const context = await browser.newContext({ reducedMotion: 'reduce', ...sight.context });
  const page = await context.newPage();
  const pictures: [string, string][] = [];
  for (const { view, state, path } of PLACES) {
    const query = new URLSearchParams({ language, ...(direction && { direction }) });
    await page.goto(`${issuer}${path}/alone?${query.toString()}`);
    const file = `${name}/${view.replace('/', '--')}--${state}.png`;
    await page.screenshot({ path: join(folder, file), fullPage: true });
    pictures.push([`${view} ${state}`, file]);
  }
  await context.close();
  const each = sight.columns * ROWS;
  const sheets: string[] = [];
  for (let at = 0; at < pictures.length; at += each) {
    const file = `${name}-${1 + at / each}`;
    sheets.push(await assemble(browser, folder, sight, file, pictures.slice(at, at + each)));
  }
  return sheets;
}

async function assemble(
  browser: Browser,
  folder: string,
  { scale, columns, context }: Sight,
  name: string,
  pictures: [string, string][],
): Promise<string> {
  const width = Math.round((context.viewport?.width ?? 0) * scale);
  const figures = pictures.map(
    ([title, file]) => `<figure><figcaption>${title}</figcaption><img src="${file}"></figure>`,
  );
  const html = join(folder, `${name}.html`);
  writeFileSync(
    html,
    `<!doctype html><meta charset="utf-8"><style>
      body { margin: 12px; background: #888; font: 10px sans-serif; display: grid; gap: 12px;
        grid-template-columns: repeat(${columns}, ${width}px); align-items: start }
      figure { margin: 0 } img { width: 100%; display: block }
    </style>${figures.join('')}`,
  );
  const page = await browser.newPage({
    viewport: { width: columns * (width + 12) + 12, height: 600 },
  });
  await page.goto(pathToFileURL(html).href);
  const sheet = join(folder, `${name}.png`);
  await page.screenshot({ path: sheet, fullPage: true });
  await page.close();
  return sheet;
}

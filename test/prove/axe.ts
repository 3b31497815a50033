import type { BrowserContextOptions } from 'playwright-core';
import { PLACES } from '../../src/development/gallery/gallery.ts';
import { LANGUAGES } from '../../src/i18n/languages.ts';
import type { Environment } from '../../src/settings/settings.ts';
import { launch, visit } from '../browser/chromium.ts';
import { CHROMIUM } from '../support/chromium.ts';
import { inspect, isWide } from '../browser/inspect.ts';
import { outOfReach } from '../browser/keyboard.ts';
import { withGallery } from './gallery-server.ts';
import type { Row } from './table.ts';

/** One way to look at every state of every page. */
interface Sight {
  proof: string;
  query: Record<string, string>;
  context?: BrowserContextOptions;
  env?: Environment;
}

const SIGHTS: Sight[] = [
  ...Object.keys(LANGUAGES).map((language) => ({ proof: `in ${language}`, query: { language } })),
  { proof: 'from right to left', query: { language: 'en', direction: 'rtl' } },
  {
    proof: 'in high contrast',
    query: { language: 'en' },
    context: { forcedColors: 'active', contrast: 'more' },
  },
  {
    proof: 'with a yellow brand',
    query: { language: 'en' },
    env: { GATEHOUSE_BRAND_ACCENT: '#ffdd00', GATEHOUSE_BRAND_HELP_URL: '/help' },
  },
];

const SMALL_PHONE = { width: 320, height: 640 };

/** The next page begins with the last of them: it must not be painted while the screen changes. */
const WIDTHS = [390, 1440, SMALL_PHONE.width];

/** Every state of every page, as axe sees it in the light and in the dark, and on screens of three widths. */
export async function axe(): Promise<Row[]> {
  const [program] = CHROMIUM;
  if (program === undefined) throw new Error('There is no chromium on the path.');
  const rows: Row[] = [];
  for (const sight of SIGHTS) {
    const found = await withGallery(sight.env ?? {}, (issuer) => lookAt(program, issuer, sight));
    rows.push({
      proof: `axe, ${sight.proof}`,
      expected:
        'no finding, no jump, nothing beside the edge of a phone or a screen, or out of the reach of a keyboard',
      seen: [`${PLACES.length} states, ${found.length} findings`, ...found].join('\n'),
      holds: found.length === 0,
    });
  }
  return rows;
}

async function lookAt(program: string, issuer: string, { query, context }: Sight) {
  const browser = await launch(program);
  const visited = await visit(browser, {
    viewport: SMALL_PHONE,
    reducedMotion: 'reduce',
    ...context,
  });
  const page = await visited.context.newPage();
  const found: string[] = [];
  for (const { path } of PLACES) {
    await page.goto(`${issuer}${path}/alone?${new URLSearchParams(query).toString()}`);
    const faults = await inspect(page);
    faults.push(...(await outOfReach(page)));
    for (const width of WIDTHS) {
      await page.setViewportSize({ ...SMALL_PHONE, width });
      if (await isWide(page)) faults.push(`it is wider than ${width} pixels`);
    }
    found.push(...faults.map((fault) => `${path}: ${fault}`));
  }
  await browser.close();
  return [...found, ...visited.complaints];
}

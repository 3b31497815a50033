import { join } from 'node:path';
import { launch } from '../browser/chromium.ts';
import { CHROMIUM } from '../support/chromium.ts';
import { SIGHTS, contactSheets } from '../browser/contact-sheet.ts';
import { withGallery } from './gallery-server.ts';
import type { Row } from './table.ts';

const FOLDER = join(import.meta.dirname, '../../data/contact-sheets');

/** Every page as a picture, to be looked at by people. */
export async function contactSheet(): Promise<Row[]> {
  const [program] = CHROMIUM;
  if (program === undefined) throw new Error('There is no chromium on the path.');
  const browser = await launch(program);
  const sheets = await withGallery({}, (issuer) => contactSheets(browser, issuer, FOLDER));
  await browser.close();
  return [
    {
      proof: 'contact sheets',
      expected: `of ${SIGHTS.length} sights`,
      seen: `${sheets.length} sheets in ${FOLDER}`,
      holds: sheets.length >= SIGHTS.length,
    },
  ];
}

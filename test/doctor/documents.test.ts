import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FINDINGS } from '../../src/doctor/findings/table.ts';
import { findingsTable } from '../../src/doctor/findings-table.ts';

const operating = readFileSync(join(import.meta.dirname, '../../docs/operating.md'), 'utf8');

it('the table of findings in docs/operating.md is that of the code', () => {
  expect(operating).toContain(findingsTable());
});

it.each(Object.entries(FINDINGS))('%s says what, why and how to mend it', (name, kind) => {
  expect(name).toMatch(/^[a-z]+(-[a-z]+)+$/);
  for (const text of [kind.means, kind.why, kind.fix]) expect(text).toMatch(/^["\w`].*\.$/);
});

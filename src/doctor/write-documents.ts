/** Writes the table of findings into docs/operating.md: `node src/doctor/write-documents.ts`. A test holds them equal. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findingsTable } from './findings-table.ts';

const operating = join(import.meta.dirname, '../../docs/operating.md');

writeFileSync(
  operating,
  readFileSync(operating, 'utf8').replace(
    /(<!-- findings -->\n.*\n\n)[^]*?(\n\n.*\n<!-- \/findings -->)/,
    (_, before: string, after: string) => `${before}${findingsTable()}${after}`,
  ),
);

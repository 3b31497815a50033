import { readFileSync } from 'node:fs';
import { ARCHITECTURE, databaseDiagram } from '../support/database-diagram.ts';

it('the diagram in docs/architecture.md shows the schema as it is', () => {
  expect(readFileSync(ARCHITECTURE, 'utf8')).toContain(databaseDiagram());
});

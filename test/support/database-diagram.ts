/** The database diagram of docs/architecture.md, made from schema.prisma. Write it anew: `node test/support/database-diagram.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
export const ARCHITECTURE = join(root, 'docs/architecture.md');

interface Column {
  name: string;
  type: string;
  key: string;
}

interface Table {
  model: string;
  table: string;
  columns: Column[];
  /** Models that its foreign keys refer to. */
  parents: string[];
}

export function databaseDiagram(): string {
  const tables = readTables(readFileSync(join(root, 'prisma/schema.prisma'), 'utf8'));
  const nameOf = (model: string) => tables.find((one) => one.model === model)?.table ?? model;
  const boxes = tables.map(({ table, columns }) =>
    [
      `  ${table} {`,
      ...columns.map(({ name, type, key }) => `    ${type} ${name}${key && ` ${key}`}`),
      '  }',
    ].join('\n'),
  );
  const lines = tables.flatMap(({ table, parents }) =>
    parents.map((parent) => `  ${nameOf(parent)} ||--o{ ${table} : ""`),
  );
  return ['```mermaid', 'erDiagram', ...boxes, ...lines, '```'].join('\n');
}

export function withDiagram(document: string): string {
  return document.replace(
    /(<!-- diagram -->\n\n)[^]*?(\n\n<!-- \/diagram -->)/,
    (_, before: string, after: string) => `${before}${databaseDiagram()}${after}`,
  );
}

function readTables(schema: string): Table[] {
  return [...schema.matchAll(/^model (\w+) \{\n([^]*?)^\}/gm)].map(([, model = '', body = '']) => {
    const fields = body.split('\n').filter((line) => /^ {2}\w/.test(line));
    return {
      model,
      table: /@@map\("(\w+)"\)/.exec(body)?.[1] ?? model,
      columns: fields.flatMap((line) => column(line, schema, body)),
      parents: fields.flatMap(
        (line) => /^ {2}\w+ +(\w+).*@relation\(/.exec(line)?.slice(1, 2) ?? [],
      ),
    };
  });
}

function column(line: string, schema: string, body: string): Column[] {
  const [, field = '', type = ''] = /^ {2}(\w+) +(\w+)/.exec(line) ?? [];
  if (new RegExp(`^model ${type} `, 'm').test(schema)) return [];
  const name = /@map\("(\w+)"\)/.exec(line)?.[1] ?? field;
  return [{ name, type: type.toLowerCase(), key: keysOf(line, field, body).join(', ') }];
}

function keysOf(line: string, field: string, body: string): string[] {
  const primary = / @id\b/.test(line) || new RegExp(`@@id\\(\\[[^\\]]*\\b${field}\\b`).test(body);
  const foreign = new RegExp(`fields: \\[${field}\\]`).test(body);
  const unique = / @unique\b/.test(line);
  return [...(primary ? ['PK'] : []), ...(foreign ? ['FK'] : []), ...(unique ? ['UK'] : [])];
}

if (import.meta.main) writeFileSync(ARCHITECTURE, withDiagram(readFileSync(ARCHITECTURE, 'utf8')));

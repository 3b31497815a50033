/**
 * Prints the SQL of the migration that schema.prisma now needs. After a change of the schema:
 * `npx node test/support/new-migration.ts > prisma/migrations/<yyyymmddhhmmss>_<name>/migration.sql`, then write down.sql beside it.
 * Compares with what the migrations make, or with the databases whose URLs are given.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedPostgres } from '../../src/stores/embedded-postgres/server.ts';
import { migrate } from '../../src/stores/migrate.ts';
import { connectionTo } from '../../src/stores/postgres/connection.ts';
import { sqlToSchema } from './schema-engine.ts';

const urls = process.argv.slice(2);
if (urls.length === 0) process.stdout.write(await sqlFromMigrations());
for (const url of urls) process.stdout.write(await sqlToSchema(connectionTo(url)));

async function sqlFromMigrations(): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-migration-'));
  const embedded = await openEmbeddedPostgres({ dataDir });
  try {
    await migrate(embedded.config);
    return await sqlToSchema(embedded.config);
  } finally {
    await embedded.stop();
    rmSync(dataDir, { recursive: true });
  }
}

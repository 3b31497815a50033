import type { Environment } from '../../src/settings/settings.ts';
import { createDatabase } from '../support/database.ts';
import { databaseUrl } from '../support/database-url.ts';
import { startServer } from '../support/server-process.ts';

/** A server in development, whose gallery is looked at. */
export async function withGallery<T>(
  env: Environment,
  look: (issuer: string) => Promise<T>,
): Promise<T> {
  const { config, drop } = await createDatabase();
  const server = await startServer({ env: { DATABASE_URL: databaseUrl(config), ...env } });
  try {
    return await look(server.issuer);
  } finally {
    await server.stop();
    await drop();
  }
}

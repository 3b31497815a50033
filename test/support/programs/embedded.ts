/** Holds the embedded database as the server does, or as a command does, until it is told to end. Says how that went in JSON lines. */
import {
  openEmbeddedPostgres,
  reachEmbeddedPostgres,
} from '../../../src/stores/embedded-postgres/server.ts';

const [role, dataDir = ''] = process.argv.slice(2);
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

try {
  const database =
    role === 'server'
      ? await openEmbeddedPostgres({ dataDir })
      : await reachEmbeddedPostgres(dataDir);
  process.once('SIGTERM', () => void database.stop().then(() => process.exit(0)));
  say({ config: database.config, adopted: database.adopted });
  setInterval(() => {}, 60_000);
} catch (error) {
  say({ refused: error instanceof Error ? error.message : String(error) });
  process.exit(1);
}

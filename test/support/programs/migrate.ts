/** Applies the migrations of a folder, and says in JSON what it applied. */
import { migrate } from '../../../src/stores/migrate.ts';

const [config = '{}', directory] = process.argv.slice(2);
try {
  const applied = await migrate(JSON.parse(config), directory ? { directory } : {});
  process.stdout.write(JSON.stringify({ applied }));
} catch (error) {
  process.stdout.write(JSON.stringify({ refused: error instanceof Error ? error.message : '' }));
  process.exitCode = 1;
}

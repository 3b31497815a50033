import type { Settings } from '../settings/settings.ts';
import { openDatabase } from '../stores/postgres/database.ts';
import { furnish, type House } from '../wiring.ts';
import { CommandFailed } from './command.ts';

/** The stores alone: no listener, no jobs. Beside a running server or without one. */
export async function openHouse(settings: Settings): Promise<House> {
  if (!settings.DATABASE_URL) throw new CommandFailed('Set DATABASE_URL.');
  return furnish(settings, openDatabase({ connectionString: settings.DATABASE_URL, max: 2 }));
}

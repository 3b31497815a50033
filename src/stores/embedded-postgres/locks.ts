import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';

/** Advisory locks of PostgreSQL: they die with the connection that holds them, so nothing is ever left locked. */
const SPACE = 0x67617465;
/** Held by the one server of the folder, for life. */
export const SERVER = 1;
/** Shared by the commands that are at work. */
export const COMMAND = 2;
type Lock = typeof SERVER | typeof COMMAND;

export async function tryLock(client: Client, lock: Lock): Promise<boolean> {
  const { rows } = await client.query<{ mine: boolean }>(
    'SELECT pg_try_advisory_lock($1, $2) AS mine',
    [SPACE, lock],
  );
  return rows[0]?.mine ?? false;
}

const TRIES = 4;
const PAUSE_MS = 100;

/** A server that was killed a moment ago may seem to hold its lock still. */
export async function tryLockPatiently(client: Client, lock: Lock): Promise<boolean> {
  for (let tries = 1; tries < TRIES; tries += 1) {
    if (await tryLock(client, lock)) return true;
    await sleep(PAUSE_MS);
  }
  return tryLock(client, lock);
}

export async function share(client: Client, lock: Lock): Promise<void> {
  await client.query('SELECT pg_advisory_lock_shared($1, $2)', [SPACE, lock]);
}

export async function unlock(client: Client, lock: Lock): Promise<void> {
  await client.query('SELECT pg_advisory_unlock($1, $2)', [SPACE, lock]);
}

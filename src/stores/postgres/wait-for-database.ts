import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import { isStoreAway } from '../../transactions/store-away.ts';

const RETRY_MS = 500;
const CONNECT_MS = 5000;

/** Waits for a database that is away; throws at once what waiting does not mend, and the last fault when patience ends. */
export async function waitForDatabase(config: ClientConfig, patienceMs = 120_000): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const fault = await tryToConnect(config);
    if (fault === undefined) return;
    if (!isStoreAway(fault) || performance.now() + RETRY_MS > deadline) throw fault;
    await sleep(RETRY_MS);
  }
}

async function tryToConnect(config: ClientConfig): Promise<Error | undefined> {
  const client = new Client({ ...config, connectionTimeoutMillis: CONNECT_MS });
  client.on('error', () => {});
  try {
    await client.connect();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error('No connection.', { cause: error });
  } finally {
    await client.end().catch(() => {});
  }
}

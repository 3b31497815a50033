import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import { isStoreAway } from '../../transactions/store-away.ts';
import { ROLE } from './create.ts';
import { EmbeddedPostgresFailed } from './failed.ts';
import { type Places, socketFolder } from './paths.ts';
import {
  type StartedPostmaster,
  forgetDeadPostmaster,
  runningPostmaster,
  startPostmaster,
} from './postmaster.ts';

/** Recovery after a crash may take its time. */
const PATIENCE_MS = 120_000;
const RETRY_MS = 10;

export interface Reached {
  client: Client;
  /** Whether the server that answers is one that we started, and that ends with us. */
  started: boolean;
}

/**
 * Connects to the one server of the folder, and starts it where none runs. Asks the socket first: it cannot be mistaken,
 * a number in a file can.
 */
export async function reach(places: Places): Promise<Reached> {
  const deadline = performance.now() + PATIENCE_MS;
  let own: StartedPostmaster | undefined;
  for (;;) {
    const answer = await connect(places);
    if ('client' in answer) return { client: answer.client, started: own?.serves() ?? false };
    const failure = own?.failure() ?? whyNever(answer.error, places);
    if (failure !== undefined || performance.now() > deadline) {
      throw new EmbeddedPostgresFailed(
        `The embedded database did not start: ${failure ?? 'it did not answer for two minutes'} (${places.log}).`,
        { cause: answer.error },
      );
    }
    own = startUnlessRunning(places, own);
    await sleep(RETRY_MS);
  }
}

function startUnlessRunning(
  places: Places,
  own: StartedPostmaster | undefined,
): StartedPostmaster | undefined {
  if (own?.isRunning() || runningPostmaster(places.cluster) !== undefined) return own;
  forgetDeadPostmaster(places.cluster);
  return startPostmaster(places);
}

export function clientConfig(places: Places): ClientConfig {
  return {
    host: socketFolder(places.cluster),
    port: 5432,
    user: ROLE,
    password: readFileSync(places.password, 'utf8'),
    database: ROLE,
    ssl: false,
  };
}

type Answer = { client: Client } | { error: unknown };

async function connect(places: Places): Promise<Answer> {
  const client = new Client({ ...clientConfig(places), connectionTimeoutMillis: 5000 });
  // A server that goes down is noticed by whoever asks next.
  client.on('error', () => {});
  try {
    await client.connect();
    return { client };
  } catch (error) {
    return { error };
  }
}

function whyNever(error: unknown, places: Places): string | undefined {
  if (isStoreAway(error)) return undefined;
  const { message } = error instanceof Error ? error : new Error(String(error));
  return message.includes('password')
    ? `the password in ${places.password} is not that of ${places.cluster}`
    : message;
}

/**
 * The embedded PostgreSQL of DATA_DIR: exactly one server on the folder, whoever starts first, and whoever is killed.
 * Owns starting, adopting, sharing and stopping it; refuses to know what is kept in it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, PoolConfig } from 'pg';
import { createCluster } from './create.ts';
import { EmbeddedPostgresFailed } from './failed.ts';
import { COMMAND, SERVER, share, tryLock, tryLockPatiently, unlock } from './locks.ts';
import { type Places, placesIn, removeLeftovers } from './paths.ts';
import { stopPostmaster } from './postmaster.ts';
import { clientConfig, reach } from './reach.ts';

export interface EmbeddedPostgres {
  config: PoolConfig;
  /** It was running already: its server was killed, or another one shares it. */
  adopted: boolean;
  stop(): Promise<void>;
}

export interface EmbeddedPostgresLog {
  warn(fields: object, message: string): void;
}

/** For the server: it is the only one on DATA_DIR, for as long as it lives. */
export async function openEmbeddedPostgres(deps: {
  dataDir: string;
  log?: EmbeddedPostgresLog;
}): Promise<EmbeddedPostgres> {
  const places = await prepare(deps.dataDir);
  let owned = await own(places);
  let stopping = false;

  /** Somebody killed the database, and not us. */
  async function revive(): Promise<void> {
    if (stopping) return;
    deps.log?.warn({}, 'The embedded database has gone; it is started again.');
    try {
      owned = await own(places);
      owned.client.on('end', () => void revive());
    } catch (error) {
      deps.log?.warn({ err: error }, 'The embedded database could not be started again.');
      await sleep(REVIVE_MS);
      await revive();
    }
  }

  owned.client.on('end', () => void revive());
  return {
    config: clientConfig(places),
    adopted: owned.adopted,
    async stop() {
      stopping = true;
      await stopPostmaster(places.cluster);
      await owned.client.end().catch(() => {});
    },
  };
}

/** For a command: beside a running server, or on one that it starts itself and stops at the end. */
export async function reachEmbeddedPostgres(dataDir: string): Promise<EmbeddedPostgres> {
  const places = await prepare(dataDir);
  const { client, started } = await reach(places);
  await share(client, COMMAND);
  return {
    config: clientConfig(places),
    adopted: !started,
    async stop() {
      if (started ? await isLastCommand(client) : await isNobodys(client)) {
        await stopPostmaster(places.cluster);
      }
      await client.end().catch(() => {});
    },
  };
}

/** How long a starting server waits for commands that work without one. */
const COMMAND_PATIENCE_MS = 10_000;
const RETRY_MS = 50;
const REVIVE_MS = 1000;
/** How long a command that started the database keeps it for other commands that found it running. */
const LAST_PATIENCE_MS = 60_000;

async function prepare(dataDir: string): Promise<Places> {
  try {
    const places = placesIn(dataDir);
    removeLeftovers(places.dataDir);
    await createCluster(places);
    return places;
  } catch (error) {
    throw asSentence(error, dataDir);
  }
}

async function own(places: Places): Promise<{ client: Client; adopted: boolean }> {
  const deadline = performance.now() + COMMAND_PATIENCE_MS;
  for (;;) {
    const { client, started } = await reach(places);
    const outcome = await claim(client, started).catch(() => 'gone' as const);
    if (outcome === 'ours') return { client, adopted: !started };
    await client.end().catch(() => {});
    if (outcome === 'another-server') {
      throw new EmbeddedPostgresFailed(`Another Gatehouse server is running on ${places.dataDir}.`);
    }
    if (performance.now() > deadline) {
      throw new EmbeddedPostgresFailed(
        `A gatehouse command has been working on ${places.dataDir} for ten seconds; start again when it has ended.`,
      );
    }
    await sleep(RETRY_MS);
  }
}

/** A database that a command started ends with it, so it cannot be adopted. */
async function claim(
  client: Client,
  started: boolean,
): Promise<'ours' | 'another-server' | 'command-works'> {
  if (!(await tryLockPatiently(client, SERVER))) return 'another-server';
  if (started) return 'ours';
  if (!(await tryLock(client, COMMAND))) return 'command-works';
  await unlock(client, COMMAND);
  return 'ours';
}

/** It ends with us: commands that found it running may finish first. */
async function isLastCommand(client: Client): Promise<boolean> {
  const deadline = performance.now() + LAST_PATIENCE_MS;
  while (!(await tryLock(client, COMMAND)) && performance.now() < deadline) await sleep(RETRY_MS);
  return true;
}

/** Left behind by a server that was killed, and nobody has taken it over. */
async function isNobodys(client: Client): Promise<boolean> {
  return (await tryLock(client, SERVER)) && (await tryLock(client, COMMAND));
}

function asSentence(error: unknown, dataDir: string): unknown {
  if (!(error instanceof Error && 'code' in error)) return error;
  switch (error.code) {
    case 'EACCES':
    case 'EPERM':
      return new EmbeddedPostgresFailed(
        `${dataDir} belongs to another user: ${error.message}. Start Gatehouse as that user, or set DATA_DIR.`,
        { cause: error },
      );
    case 'ENOSPC':
      return new EmbeddedPostgresFailed(`No space is left on the disk that holds ${dataDir}.`, {
        cause: error,
      });
    default:
      return error;
  }
}

/**
 * The way to PostgreSQL: one pool for Prisma and for the statements written by hand. Knows what a black hole, a
 * restart and a slow statement may cost; refuses to know any table.
 */
import { createHash } from 'node:crypto';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import { Pool, type PoolClient, type PoolConfig, type QueryResult, type QueryResultRow } from 'pg';
import { PrismaClient, type Prisma } from '../../../generated/prisma/client.ts';
import type { Watch } from '../../watching/watch.ts';
import { RenewingPool } from './renewing-pool.ts';
import { PromptClient } from './prompt-client.ts';
import { leaveDemoted } from './server-role.ts';
import { watchPool } from './watched-pool.ts';

export interface Database {
  prisma: PrismaClient;
  pool: Pool;
  close(): Promise<void>;
}

/** What a port's implementation works on: the database, or one transaction of it. */
export type Db = PrismaClient | Prisma.TransactionClient;

export interface DatabaseOptions {
  /** Connections at most. */
  max?: number;
  /** What connecting, and one statement, may take: a command or a job may be more patient than a request. */
  connectMs?: number;
  statementMs?: number;
  log?: DatabaseLog;
  /** Asked when the database refuses who we are: what `connection` shows after that is tried. */
  renew?: (() => Promise<void>) | undefined;
  watch?: Watch | undefined;
}

export interface DatabaseLog {
  warn(fields: object, message: string): void;
}

/** With these a request that meets a black hole ends within three seconds: connecting, then one silence. */
const CONNECT_MS = 1200;
const STATEMENT_MS = 1400;
/** A transaction may take as long as so many of the slowest statements: on a slow way, a dozen quick ones take that too. */
const LONGEST_STATEMENTS = 4;
/** How much later than the statement's own limit silence counts as death of the connection. */
const SILENCE_MORE_MS = 200;
/** In a black hole a connection does not end: nobody waits longer for that. */
const CLOSE_MS = 2000;

export function openDatabase(connection: PoolConfig, options: DatabaseOptions = {}): Database {
  const { connectMs = CONNECT_MS, statementMs = STATEMENT_MS } = options;
  const pool = openPool(connection, options);
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool, { statementNameGenerator: ({ sql }) => statementName(sql) }),
    transactionOptions: { maxWait: connectMs, timeout: LONGEST_STATEMENTS * statementMs },
  });
  return {
    prisma,
    pool,
    async close() {
      await prisma.$disconnect();
      await endPool(pool);
    },
  };
}

function openPool(connection: PoolConfig, options: DatabaseOptions): Pool {
  const { max = 10, connectMs = CONNECT_MS, statementMs = STATEMENT_MS, log, watch } = options;
  const config: PoolConfig = {
    Client: PromptClient,
    max,
    connectionTimeoutMillis: connectMs,
    statement_timeout: statementMs,
    idle_in_transaction_session_timeout: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5000,
    application_name: 'gatehouse',
    ...connection,
  };
  const { renew } = options;
  const pool = renew ? new RenewingPool(config, { config: connection, renew }) : new Pool(config);
  endSilentConnections(pool, statementMs + SILENCE_MORE_MS);
  leaveDemoted(pool, log);
  logFaults(pool, log);
  if (watch) watchPool(pool, watch);
  return pool;
}

const endPool = (pool: Pool): Promise<void> =>
  Promise.race([pool.end(), sleep(CLOSE_MS, undefined, { ref: false })]);

/** Whether the database answers. It has a connection of its own: where all others are taken, the database is still there. */
export interface Pulse {
  feel(): Promise<unknown>;
  close(): Promise<void>;
}

export function openPulse(
  connection: PoolConfig,
  options: Pick<DatabaseOptions, 'log' | 'renew'>,
): Pulse {
  const pool = openPool(connection, { max: 1, ...options });
  let feeling: Promise<unknown> | undefined;
  return {
    /** However many ask at a time, the database is asked once. */
    feel() {
      feeling ??= pool.query('SELECT 1').finally(() => (feeling = undefined));
      return feeling;
    },
    close: () => endPool(pool),
  };
}

/** A statement of our own, prepared once a connection: three times cheaper than unnamed on the hot paths. */
export function named<Row extends QueryResultRow>(
  on: Pool | PoolClient,
  sql: string,
  params: unknown[],
): Promise<QueryResult<Row>> {
  return on.query<Row>({ name: statementName(sql), text: sql, values: params });
}

/** Every connection keeps every named statement for life. Lists of any length make many: past this they go unnamed. */
const MAX_NAMES = 500;
const names = new Map<string, string>();

function statementName(sql: string): string {
  const known = names.get(sql);
  if (known) return known;
  if (names.size >= MAX_NAMES) return '';
  const name = `g${createHash('sha256').update(sql).digest('base64url').slice(0, 22)}`;
  names.set(sql, name);
  return name;
}

/**
 * A connection in use that is silent for longer than any statement may take is dead. Its socket is destroyed: whatever
 * waits behind the lost answer (a ROLLBACK) fails at once, instead of waiting once more.
 */
function endSilentConnections(pool: Pool, silenceMs: number): void {
  pool.on('connect', (client) => {
    const socket = socketOf(client);
    socket?.on('timeout', () => unlessHeard(socket, () => socket.destroy()));
  });
  pool.on('acquire', (client) => socketOf(client)?.setTimeout(silenceMs));
  pool.on('release', (_error, client) => socketOf(client)?.setTimeout(0));
}

/** After a stall of our own a timer is due before answers are read that have been here for long: it waits for those. */
function unlessHeard(socket: Socket, then: () => void): void {
  const { bytesRead } = socket;
  setImmediate(() => {
    if (socket.bytesRead === bytesRead) then();
  });
}

/** The driver shows its socket to nobody; a test holds that it is still there. */
function socketOf(client: PoolClient): Socket | undefined {
  const connection: unknown = Reflect.get(client, 'connection');
  if (typeof connection !== 'object' || connection === null) return undefined;
  const stream: unknown = Reflect.get(connection, 'stream');
  return stream instanceof Socket ? stream : undefined;
}

/** Without listeners a connection that is cut, idle or in use, would end the process. */
function logFaults(pool: Pool, log?: DatabaseLog): void {
  const lost = (error: Error) => {
    // The database may be stopped before the last of them has said good-bye.
    if (!pool.ending) log?.warn({ err: error }, 'A database connection was lost.');
  };
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', lost));
}

import type { ClientBase } from 'pg';
import { z } from 'zod';
import { appliedMigrations, tablesInOrder } from './tables.ts';

/**
 * The whole database as it was at one moment, as a stream of parts that any PostgreSQL from 15 on can take in.
 * It knows tables only as PostgreSQL describes them; it does not know what stands in them.
 */
export type SnapshotPart = z.infer<typeof snapshotPart>;

const rows = z.array(z.record(z.string(), z.unknown()));

export const snapshotPart = z.discriminatedUnion('part', [
  z.object({
    part: z.literal('head'),
    format: z.literal('gatehouse-snapshot-1'),
    at: z.string(),
    migrations: z.array(z.string()),
  }),
  z.object({ part: z.literal('rows'), table: z.string().regex(/^[a-z_]+$/), rows }),
  z.object({
    part: z.literal('jobs'),
    jobs: z.array(z.object({ name: z.string(), data: z.unknown() })),
  }),
  /** Its absence tells a torn file. */
  z.object({ part: z.literal('end'), rows: z.number() }),
]);

const BATCH = 100;

/** Reads everything in one transaction that sees one moment; writers are not held up. */
export async function* takeSnapshot(client: ClientBase): AsyncGenerator<SnapshotPart> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    yield {
      part: 'head',
      format: 'gatehouse-snapshot-1',
      at: new Date().toISOString(),
      migrations: await appliedMigrations(client),
    };
    let count = 0;
    for (const table of await tablesInOrder(client)) {
      for await (const batch of rowsOf(client, table)) {
        count += batch.length;
        yield { part: 'rows', table, rows: batch };
      }
    }
    yield { part: 'jobs', jobs: await waitingJobs(client) };
    yield { part: 'end', rows: count };
  } finally {
    await client.query('ROLLBACK');
  }
}

async function* rowsOf(client: ClientBase, table: string) {
  await client.query(
    `DECLARE batches NO SCROLL CURSOR FOR SELECT to_jsonb(t) AS row FROM public."${table}" t`,
  );
  for (;;) {
    const batch = await client.query<{ row: Record<string, unknown> }>(
      `FETCH ${BATCH} FROM batches`,
    );
    if (batch.rows.length === 0) break;
    yield batch.rows.map(({ row }) => row);
  }
  await client.query('CLOSE batches');
}

/** What was promised and not yet done; a job in hand counts as waiting. */
async function waitingJobs(client: ClientBase) {
  const { rows: known } = await client.query<{ is: boolean }>(
    `SELECT to_regclass('pgboss.job') IS NOT NULL AS is`,
  );
  if (!known[0]?.is) return [];
  const { rows: jobs } = await client.query<{ name: string; data: unknown }>(
    `SELECT name, data FROM pgboss.job WHERE state IN ('created', 'retry', 'active') AND NOT starts_with(name, '__')`,
  );
  return jobs;
}

/**
 * Takes all rows in, or none. The schema must be the snapshot's own (`head.migrations`), and empty.
 * Answers the jobs that were waiting: they are the caller's to enqueue.
 */
export async function loadRows(
  client: ClientBase,
  parts: AsyncIterable<SnapshotPart>,
  { signOutEveryone = false } = {},
): Promise<SnapshotJobs> {
  await client.query('BEGIN');
  try {
    const jobs = await loadParts(client, parts);
    await moveSequencesOn(client);
    if (signOutEveryone) {
      await client.query('UPDATE public.accounts SET sign_out_version = sign_out_version + 1');
    }
    await client.query('COMMIT');
    return jobs;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

export type SnapshotJobs = Extract<SnapshotPart, { part: 'jobs' }>['jobs'];

async function loadParts(
  client: ClientBase,
  parts: AsyncIterable<SnapshotPart>,
): Promise<SnapshotJobs> {
  let jobs: SnapshotJobs = [];
  let count = 0;
  for await (const part of parts) {
    if (part.part === 'rows') {
      await client.query(
        `INSERT INTO public."${part.table}" SELECT * FROM jsonb_populate_recordset(NULL::public."${part.table}", $1)`,
        [JSON.stringify(part.rows)],
      );
      count += part.rows.length;
    }
    if (part.part === 'jobs') jobs = part.jobs;
    if (part.part === 'end' && part.rows === count) return jobs;
  }
  throw new SnapshotTorn();
}

export class SnapshotTorn extends Error {
  constructor() {
    super('The file ends before its end: it is torn, or not a Gatehouse backup.');
  }
}

async function moveSequencesOn(client: ClientBase): Promise<void> {
  const { rows: sequences } = await client.query<{
    sequence: string;
    table: string;
    column: string;
  }>(
    `SELECT pg_get_serial_sequence(format('%I.%I', table_schema, table_name), column_name) AS sequence,
            table_name AS table, column_name AS column
       FROM information_schema.columns
      WHERE table_schema = 'public'
        AND pg_get_serial_sequence(format('%I.%I', table_schema, table_name), column_name) IS NOT NULL`,
  );
  for (const { sequence, table, column } of sequences) {
    await client.query(
      `SELECT setval($1::regclass, (SELECT COALESCE(max("${column}"), 0) + 1 FROM public."${table}"), false)::text`,
      [sequence],
    );
  }
}

/** Whether nothing stands in any table. */
export async function isEmpty(client: ClientBase): Promise<boolean> {
  for (const table of await tablesInOrder(client)) {
    const { rowCount } = await client.query(`SELECT 1 FROM public."${table}" LIMIT 1`);
    if (rowCount) return false;
  }
  return true;
}

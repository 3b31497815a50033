import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientConfig, DatabaseError } from 'pg';
import { sentenceOf } from '../../process/cannot-start.ts';
import type { DatabaseAway, DatabaseFacts, DatabaseGround } from '../../doctor/database.ts';
import { migrationStatus } from '../migrations.ts';

const CONNECT_MS = 5000;
const QUERY_MS = 5000;
const ROUND_TRIPS = 7;
const HEARING_MS = 1500;

/** Whether the server can stand on this database, by one connection and one question. Throws while it is away. */
export function groundOf(config: ClientConfig): Promise<DatabaseGround> {
  return connected(config, readGround);
}

/** All that the doctor wants to know. Changes nothing. */
export async function examineDatabase(place: {
  config: ClientConfig;
  direct: ClientConfig;
}): Promise<DatabaseFacts | DatabaseAway> {
  try {
    const facts = await connected(place.config, async (client) => ({
      ...(await readGround(client)),
      ...(await readRole(client)),
      ...(await readServer(client)),
      roundTripMs: await roundTripMs(client),
    }));
    const hears = await connected(place.direct, hearsItself);
    return { ...facts, hears, migrations: await migrationStatus(place.direct) };
  } catch (error) {
    return whyAway(error);
  }
}

async function connected<T>(
  config: ClientConfig,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({
    ...config,
    application_name: 'gatehouse doctor',
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: QUERY_MS,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    await Promise.race([client.end().catch(() => {}), sleep(500, undefined, { ref: false })]);
  }
}

async function readGround(client: Client): Promise<DatabaseGround> {
  const asked = Date.now();
  const row = await only<Omit<DatabaseGround, 'aheadMs'> & { now: number }>(
    client,
    `SELECT current_setting('server_version_num')::int AS "versionNumber",
            split_part(current_setting('server_version'), ' ', 1) AS version,
            current_setting('transaction_read_only') = 'on' AS "readOnly",
            pg_is_in_recovery() AS standby,
            extract(epoch FROM clock_timestamp())::float8 * 1000 AS now`,
  );
  const { now, ...ground } = row;
  // It looked at its clock somewhere between the question and the answer.
  return { ...ground, aheadMs: now - (asked + Date.now()) / 2 };
}

function readRole(
  client: Client,
): Promise<Pick<DatabaseFacts, 'role' | 'superuser' | 'forbidden' | 'mayMakeSchemas'>> {
  return only(
    client,
    `SELECT current_user AS role,
            (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser,
            to_regnamespace('pgboss') IS NOT NULL
              OR has_database_privilege(current_database(), 'CREATE') AS "mayMakeSchemas",
            ARRAY(
              SELECT c.relname::text FROM pg_class c
              WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
                AND NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
                  AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE'))
              ORDER BY c.relname) AS forbidden`,
  );
}

function readServer(
  client: Client,
): Promise<Pick<DatabaseFacts, 'maxConnections' | 'forgetful' | 'lateCommits'>> {
  return only(
    client,
    `SELECT current_setting('max_connections')::int
              - current_setting('superuser_reserved_connections')::int AS "maxConnections",
            array_remove(ARRAY[
              CASE WHEN current_setting('fsync') = 'off' THEN 'fsync' END,
              CASE WHEN current_setting('full_page_writes') = 'off' THEN 'full_page_writes' END
            ], NULL) AS forgetful,
            current_setting('synchronous_commit') = 'off' AS "lateCommits"`,
  );
}

async function only<Row extends object>(client: Client, sql: string): Promise<Row> {
  const { rows } = await client.query<Row>(sql);
  const [row] = rows;
  if (!row) throw new Error('PostgreSQL answered with no row.');
  return row;
}

/** The middle one of several. */
async function roundTripMs(client: Client): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < ROUND_TRIPS; i += 1) {
    const began = performance.now();
    await client.query('SELECT 1');
    times.push(performance.now() - began);
  }
  return times.toSorted((one, other) => one - other)[(ROUND_TRIPS - 1) / 2] ?? 0;
}

/** Behind a pooler the one who listens and the one who is told are not the same. */
async function hearsItself(client: Client): Promise<boolean> {
  const channel = `gatehouse_doctor_${randomUUID().replaceAll('-', '')}`;
  const giveUp = new AbortController();
  const heard = new Promise<true>((resolve) => {
    client.on('notification', (news) => news.channel === channel && resolve(true));
  });
  try {
    await client.query(`LISTEN ${channel}`);
    await client.query(`NOTIFY ${channel}`);
    const late = sleep(HEARING_MS, false, { signal: giveUp.signal });
    return await Promise.race([heard, late]);
  } finally {
    giveUp.abort();
  }
}

/** Wrong name or password, no such database, no rule for us, not allowed to connect. */
const LOGIN = /^(28...|3D000|42501)$/;
const CERTIFICATE = /CERT|SELF_SIGNED|ISSUER_CERT|LEAF_SIGNATURE|ALTNAME/;

function whyAway(error: unknown): DatabaseAway {
  const { code = '' }: { code?: unknown } = Object(error);
  const why = `PostgreSQL cannot be used: ${sentenceOf(error).replace(/\.$/, '')}.`;
  if (CERTIFICATE.test(String(code))) return { away: 'certificate', why };
  const refused = error instanceof DatabaseError && LOGIN.test(String(code));
  return { away: refused ? 'login' : 'unreachable', why };
}

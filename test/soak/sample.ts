import { once } from 'node:events';
import { connect } from 'node:net';
import { Redis } from 'ioredis';
import { Client, type ClientConfig } from 'pg';
import { residentMb } from '../prove/protection/memory.ts';

/** What the server, and what it stands on, held at one moment. */
export interface Held {
  /** Since the load began. */
  minute: number;
  residentMb: number;
  /** After everything was collected that nobody refers to; not at every look, since that is no small work. */
  heapMb?: number;
  outsideHeapMb: number;
  handles: number;
  timers: number;
  listeners: number;
  databaseConnections: number;
  redisKeys: number;
  redisMb: number;
  rows: Record<string, number>;
  /** Rows that should have been cleaned up: long past the end of their life. */
  overdue: Record<string, number>;
}

export interface Watched {
  pid: number;
  /** Where the server tells what it holds. */
  socket: string;
  config: ClientConfig;
  redisUrl: string;
}

/** Two rounds of the clean-up, and some. */
const GRACE = "interval '11 minutes'";

export async function openSampler({ pid, socket, config, redisUrl }: Watched) {
  const database = new Client(config);
  await database.connect();
  const redis = new Redis(redisUrl);
  const { rows: tables } = await database.query(TABLES);
  const overdueIn = tables.filter(({ expires }) => expires).map(({ name }) => String(name));
  const names = tables.map(({ name }) => String(name));

  return {
    async look(minute: number, collected: boolean): Promise<Held> {
      const before = residentMb(pid);
      const inside = await tell(socket, collected ? 'collected' : 'as-it-is');
      return {
        minute,
        residentMb: before,
        ...inside,
        databaseConnections: await count(database, CONNECTIONS),
        redisKeys: await redis.dbsize(),
        redisMb: Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]) / MB,
        rows: await counted(names, (name) => count(database, `SELECT count(*) AS n FROM ${name}`)),
        overdue: await counted(overdueIn, (name) =>
          count(database, `SELECT count(*) AS n FROM ${name} WHERE expires_at < now() - ${GRACE}`),
        ),
      };
    },
    /** All that it holds, object by object, to be compared with another. */
    snapshot: (path: string) => tell(socket, `snapshot ${path}`),
    async close() {
      redis.disconnect();
      await database.end();
    },
  };
}

const MB = 2 ** 20;
const CONNECTIONS = `SELECT count(*) AS n FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()`;
const TABLES = `SELECT c.oid::regclass::text AS name,
    EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'expires_at') AS expires
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname IN ('public', 'pgboss')
  ORDER BY 1`;

const count = async (database: Client, query: string) =>
  Number((await database.query(query)).rows[0]?.n);

/** Only where there is something. */
async function counted(names: string[], of: (name: string) => Promise<number>) {
  const counts: Record<string, number> = {};
  for (const name of names) {
    const number = await of(name);
    if (number > 0) counts[name] = number;
  }
  return counts;
}

async function tell(
  path: string,
  order: string,
): Promise<Pick<Held, 'heapMb' | 'outsideHeapMb' | 'handles' | 'timers' | 'listeners'>> {
  const socket = connect(path);
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk)));
  socket.write(order);
  await once(socket, 'end');
  const { heapUsed, external, handles, timers, listeners } = Object(JSON.parse(text));
  return {
    ...(order === 'collected' && { heapMb: Number(heapUsed) / MB }),
    outsideHeapMb: Number(external) / MB,
    handles: Number(handles),
    timers: Number(timers),
    listeners: Number(listeners),
  };
}

import { Redis } from 'ioredis';
import type { TestHouse } from './house.ts';

/* What somebody finds who reads the stores. */

/** As it is, and as binary columns and seals would show it. */
export function isIn(dump: string, value: string): boolean {
  const bytes = Buffer.from(value);
  const base64 = bytes.toString('base64').replace(/=+$/, '').slice(0, -1);
  return [value, bytes.toString('hex'), base64].some((form) => dump.includes(form));
}

export async function dumpPostgres({ house }: TestHouse): Promise<string> {
  const tables = await house.db.$queryRawUnsafe<{ name: string }[]>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
  );
  const dumps: string[] = [];
  for (const { name } of tables) {
    const rows = await house.db.$queryRawUnsafe<{ row: string }[]>(
      `SELECT row_to_json(t)::text AS row FROM ${name} t`,
    );
    dumps.push(name, ...rows.map(({ row }) => row));
  }
  return dumps.join('\n');
}

export async function dumpRedis({ settings }: TestHouse): Promise<string> {
  if (!settings.REDIS_URL) return '';
  const redis = new Redis(settings.REDIS_URL);
  const dumps: string[] = [];
  for await (const keys of redis.scanStream({ match: 'gatehouse:*', count: 1000 })) {
    for (const key of keys) {
      const hash = (await redis.type(key)) === 'hash';
      dumps.push(key, JSON.stringify(hash ? await redis.hgetall(key) : await redis.get(key)));
    }
  }
  redis.disconnect();
  return dumps.join('\n');
}

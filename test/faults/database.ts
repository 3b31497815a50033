import { Client } from 'pg';
import type { Stage } from './stage.ts';

/** Asks the servers' database straight, past what is hurt. */
export async function askDatabase<Row extends object>(
  { postgres }: Pick<Stage, 'postgres'>,
  statement: string,
): Promise<Row[]> {
  const client = new Client({ ...postgres.config, database: 'gatehouse' });
  await client.connect();
  try {
    return (await client.query<Row>(statement)).rows;
  } finally {
    await client.end();
  }
}

import type { ClientBase } from 'pg';

/** The tables of the schema, each after those that it refers to. */
export async function tablesInOrder(client: ClientBase): Promise<string[]> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> '_prisma_migrations'
      ORDER BY 1`,
  );
  const { rows: references } = await client.query<{ child: string; parent: string }>(
    `SELECT f.conrelid::regclass::text AS child, f.confrelid::regclass::text AS parent
       FROM pg_constraint f WHERE f.contype = 'f' AND f.connamespace = 'public'::regnamespace`,
  );
  const ordered = new Set<string>();
  const place = (table: string): void => {
    for (const { child, parent } of references) {
      if (child === table && parent !== table && !ordered.has(parent)) place(parent);
    }
    ordered.add(table);
  };
  for (const { name } of tables) place(name);
  return [...ordered];
}

export async function appliedMigrations(client: ClientBase): Promise<string[]> {
  const { rows: known } = await client.query<{ is: boolean }>(
    `SELECT to_regclass('public._prisma_migrations') IS NOT NULL AS is`,
  );
  if (!known[0]?.is) return [];
  const { rows } = await client.query<{ name: string }>(
    `SELECT migration_name AS name FROM public._prisma_migrations
      WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

import { PrismaPg } from '@prisma/adapter-pg';
import { Pool, type PoolConfig } from 'pg';
import { PrismaClient, type Prisma } from '../../../generated/prisma/client.ts';

/** One pool for Prisma and for the few statements written by hand. */
export interface Database {
  prisma: PrismaClient;
  pool: Pool;
  close(): Promise<void>;
}

/** What a port's implementation works on: the database, or one transaction of it. */
export type Db = PrismaClient | Prisma.TransactionClient;

export function openDatabase(config: PoolConfig): Database {
  const pool = new Pool({
    max: 10,
    connectionTimeoutMillis: 2000,
    query_timeout: 2500,
    statement_timeout: 2000,
    idle_in_transaction_session_timeout: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5000,
    ...config,
  });
  // Without a listener a connection that is cut while idle ends the process.
  pool.on('error', () => {});
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool),
    transactionOptions: { maxWait: 2000, timeout: 3000 },
  });
  return {
    prisma,
    pool,
    async close() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

/**
 * Prisma's schema engine in WebAssembly: what `prisma migrate diff` would run, without its download. For development and
 * tests. Refuses to touch the database: it compares, and answers SQL.
 */
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  ColumnTypeEnum,
  type SqlDriverAdapter,
  bindMigrationAwareSqlAdapterFactory,
} from '@prisma/driver-adapter-utils';
import { SchemaEngine } from '@prisma/schema-engine-wasm';
import { Pool, type PoolClient, type PoolConfig } from 'pg';

const SCHEMA = join(import.meta.dirname, '../../prisma/schema.prisma');

/** The SQL that would bring the database to what schema.prisma says; a comment alone where it is there already. */
export async function sqlToSchema(config: PoolConfig): Promise<string> {
  const files = [{ path: 'schema.prisma', content: readFileSync(SCHEMA, 'utf8') }];
  const engine = await openEngine(config, files[0]?.content ?? '');
  const { stdout } = await engine.diff({
    from: { tag: 'schemaDatasource', files, configDir: '.' },
    to: { tag: 'schemaDatamodel', files },
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  return stdout ?? '';
}

function openEngine(config: PoolConfig, schema: string) {
  return SchemaEngine.new(
    { datamodels: [['schema.prisma', schema]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory({
      provider: 'postgres',
      adapterName: 'gatehouse-test',
      connect: () => adapterOn(config),
      connectToShadowDb: () => Promise.reject(new Error('There is no shadow database.')),
    }),
  );
}

const TEXT_OID = 25;
/** PostgreSQL's one-byte "char" of its own catalogue, which Prisma's driver does not know. */
const CHAR_OID = 18;

async function adapterOn(config: PoolConfig): Promise<SqlDriverAdapter> {
  const pool = new Pool({ ...config, max: 1 });
  let chars: number[] = [];
  pool.on('connect', (client) => {
    onRowDescription(client, (fields) => {
      chars = fields.flatMap(({ dataTypeID }, i) => (dataTypeID === CHAR_OID ? [i] : []));
      for (const i of chars) Object.assign(fields[i] ?? {}, { dataTypeID: TEXT_OID });
    });
  });
  const adapter = await new PrismaPg(pool).connect();
  return Object.assign(adapter, {
    queryRaw: async (query: Parameters<SqlDriverAdapter['queryRaw']>[0]) => {
      const result = await Object.getPrototypeOf(adapter).queryRaw.call(adapter, query);
      for (const i of chars) result.columnTypes[i] = ColumnTypeEnum.Character;
      return result;
    },
    dispose: () => pool.end(),
  });
}

interface Field {
  dataTypeID: number;
}

/** Before the driver itself sees them. */
function onRowDescription(client: PoolClient, listener: (fields: Field[]) => void): void {
  const connection: unknown = Reflect.get(client, 'connection');
  if (!(connection instanceof EventEmitter)) throw new Error('The driver has another shape.');
  connection.prependListener('rowDescription', ({ fields }: { fields: Field[] }) => {
    listener(fields);
  });
}

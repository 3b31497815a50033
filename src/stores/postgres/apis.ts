import type { Prisma } from '../../../generated/prisma/client.ts';
import { type Api, LONGEST_AUDIENCE, descriptions as inLanguages } from '../../apis/api.ts';
import type { ApiRegistration, ApiStore } from '../../apis/store.ts';
import type { Db } from './database.ts';
import { inTransaction, nextVersion } from './in-transaction.ts';

/** Registered APIs in PostgreSQL. */
export function postgresApis(db: Db): ApiStore {
  return {
    create: (api) => inTransaction(db, (tx) => create(tx, api)),

    async find(audience) {
      if (!couldBeAudience(audience)) return undefined;
      const row = await db.api.findUnique({ where: { audience }, include: WHOLE });
      return row ? toApi(row) : undefined;
    },

    async list() {
      const rows = await db.api.findMany({ orderBy: { audience: 'asc' }, include: WHOLE });
      return rows.map(toApi);
    },

    replace: (api, seen) => inTransaction(db, (tx) => replace(tx, api, seen)),

    async delete(audience) {
      return (await db.api.deleteMany({ where: { audience } })).count === 1;
    },
  };
}

/** Anybody can ask for anything: PostgreSQL refuses NUL, and nothing this long is registered. */
function couldBeAudience(text: string): boolean {
  return text.length <= LONGEST_AUDIENCE && !text.includes('\0');
}

const WHOLE = {
  scopes: { orderBy: { name: 'asc' } },
  introspectors: { orderBy: { clientId: 'asc' } },
} as const satisfies Prisma.ApiInclude;

type Row = Prisma.ApiGetPayload<{ include: typeof WHOLE }>;

async function create(
  tx: Prisma.TransactionClient,
  api: ApiRegistration,
): Promise<'created' | 'taken'> {
  const { count } = await tx.api.createMany({ data: columns(api), skipDuplicates: true });
  if (count === 0) return 'taken';
  await writeDetails(tx, api);
  return 'created';
}

async function replace(
  tx: Prisma.TransactionClient,
  api: ApiRegistration,
  seen: Date,
): Promise<'replaced' | 'changed-meanwhile' | 'unknown'> {
  const { audience } = api;
  const { count } = await tx.api.updateMany({
    where: { audience, updatedAt: seen },
    data: { ...columns(api), updatedAt: nextVersion(seen) },
  });
  if (count === 0) {
    return (await tx.api.count({ where: { audience } })) ? 'changed-meanwhile' : 'unknown';
  }
  await tx.apiScope.deleteMany({ where: { audience } });
  await tx.apiIntrospector.deleteMany({ where: { audience } });
  await writeDetails(tx, api);
  await forgetLostScopes(tx, api);
  return 'replaced';
}

/** What the API no longer knows no client may ask for. */
async function forgetLostScopes(
  tx: Prisma.TransactionClient,
  { audience, scopes }: ApiRegistration,
): Promise<void> {
  const names = scopes.map(({ name }) => name);
  await tx.$executeRaw`
    UPDATE client_apis SET scopes = ARRAY(SELECT s FROM unnest(scopes) s WHERE s = ANY(${names}))
    WHERE audience = ${audience} AND NOT scopes <@ ${names}`;
  await tx.clientApi.deleteMany({ where: { audience, scopes: { isEmpty: true } } });
}

async function writeDetails(
  tx: Prisma.TransactionClient,
  { audience, scopes, introspectedBy }: ApiRegistration,
): Promise<void> {
  await tx.apiScope.createMany({ data: scopes.map((scope) => ({ audience, ...scope })) });
  await tx.apiIntrospector.createMany({
    data: introspectedBy.map((clientId) => ({ audience, clientId })),
  });
}

function columns({ audience, name, accessTokenS }: ApiRegistration) {
  return { audience, name, accessTokenS: accessTokenS ?? null };
}

function toApi({ accessTokenS, introspectors, scopes, ...row }: Row): Api {
  return {
    ...row,
    ...(accessTokenS !== null && { accessTokenS }),
    scopes: scopes.map(({ name, descriptions }) => ({
      name,
      descriptions: inLanguages.parse(descriptions),
    })),
    introspectedBy: introspectors.map(({ clientId }) => clientId),
  };
}

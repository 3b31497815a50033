import { z } from 'zod';
import { Prisma } from '../../../generated/prisma/client.ts';
import {
  AUTH_METHODS,
  CLIENT_ID,
  type Client,
  GRANT_TYPES,
  type Logo,
  jwkSet,
} from '../../clients/client.ts';
import type { ClientRegistration, ClientStore } from '../../clients/store.ts';
import type { Db } from './database.ts';
import { inTransaction, nextVersion } from './in-transaction.ts';

/** Registered clients in PostgreSQL. A logo's bytes are read only when the logo itself is asked for. */
export function postgresClients(db: Db): ClientStore {
  return {
    create: (client) => inTransaction(db, (tx) => create(tx, client)),

    async find(id) {
      if (!CLIENT_ID.test(id)) return undefined;
      const row = await db.client.findUnique({ where: { id }, ...WHOLE });
      return row ? toClient(row) : undefined;
    },

    async list({ after, limit }) {
      const where = after === undefined ? {} : { id: { gt: after } };
      const rows = await db.client.findMany({
        where,
        orderBy: { id: 'asc' },
        take: limit,
        ...WHOLE,
      });
      return rows.map(toClient);
    },

    replace: (client, seen) => inTransaction(db, (tx) => replace(tx, client, seen)),

    ...secretsIn(db),
    ...logosIn(db),

    delete: (id) => inTransaction(db, (tx) => remove(tx, id)),

    deleteDevelopment: () =>
      inTransaction(db, async (tx) => {
        const gone = await tx.$queryRaw<
          { id: string }[]
        >`DELETE FROM clients WHERE development RETURNING id`;
        const ids = gone.map(({ id }) => id);
        await tx.grant.deleteMany({ where: { clientId: { in: ids } } });
        return ids;
      }),
  };
}

function secretsIn(db: Db): Pick<ClientStore, 'addSecret' | 'expireSecrets'> {
  return {
    async addSecret(clientId, { expiresAt = null, ...secret }) {
      // Of two rotations the later one must see the secret of the earlier, to let it end.
      await db.$queryRaw`SELECT 1 FROM clients WHERE id = ${clientId} FOR UPDATE`;
      await db.clientSecret.create({
        data: { ...secret, sha256: new Uint8Array(secret.sha256), clientId, expiresAt },
      });
    },

    async expireSecrets(clientId, except, at) {
      await db.clientSecret.updateMany({
        where: {
          clientId,
          ...(except !== undefined && { id: { not: except } }),
          OR: [{ expiresAt: null }, { expiresAt: { gt: at } }],
        },
        data: { expiresAt: at },
      });
    },
  };
}

function logosIn(db: Db): Pick<ClientStore, 'setLogo' | 'logo'> {
  return {
    async setLogo(clientId, logo) {
      const bytes = logo ? new Uint8Array(logo.bytes) : null;
      const changed = await db.$executeRaw`
        UPDATE clients SET logo = ${bytes}, logo_type = ${logo?.type ?? null},
          updated_at = greatest(now(), updated_at + interval '1 ms')
        WHERE id = ${clientId}`;
      return changed === 1;
    },

    async logo(clientId) {
      if (!CLIENT_ID.test(clientId)) return undefined;
      const row = await db.client.findUnique({
        where: { id: clientId },
        select: { logo: true, logoType: true },
      });
      return row?.logo && row.logoType ? toLogo(row.logo, row.logoType) : undefined;
    },
  };
}

const WHOLE = {
  omit: { logo: true },
  include: { secrets: { orderBy: { createdAt: 'asc' } }, apis: true },
} as const satisfies Prisma.ClientDefaultArgs;

type Row = Prisma.ClientGetPayload<typeof WHOLE>;

async function create(
  tx: Prisma.TransactionClient,
  client: ClientRegistration,
): Promise<'created' | 'taken'> {
  const { count } = await tx.client.createMany({ data: columns(client), skipDuplicates: true });
  if (count === 0) return 'taken';
  await tx.clientApi.createMany({ data: apiRows(client) });
  return 'created';
}

async function replace(
  tx: Prisma.TransactionClient,
  client: ClientRegistration,
  seen: Date,
): Promise<'replaced' | 'changed-meanwhile' | 'unknown'> {
  const { count } = await tx.client.updateMany({
    where: { id: client.id, updatedAt: seen },
    data: { ...columns(client), updatedAt: nextVersion(seen) },
  });
  if (count === 0) {
    const there = await tx.client.count({ where: { id: client.id } });
    return there ? 'changed-meanwhile' : 'unknown';
  }
  await tx.clientApi.deleteMany({ where: { clientId: client.id } });
  if (client.backchannelLogoutUri === undefined) {
    await tx.logoutNotice.deleteMany({ where: { clientId: client.id, state: 'waiting' } });
  }
  await tx.clientApi.createMany({ data: apiRows(client) });
  return 'replaced';
}

/** Grants may also name a client that stands in no row, so no foreign key takes them along. */
async function remove(tx: Prisma.TransactionClient, id: string): Promise<boolean> {
  const { count } = await tx.client.deleteMany({ where: { id } });
  await tx.grant.deleteMany({ where: { clientId: id } });
  return count === 1;
}

/** Named one by one: a caller may hand over a whole `Client`, whose secrets are not to be written here. */
function columns(client: ClientRegistration) {
  return {
    id: client.id,
    name: client.name,
    firstParty: client.firstParty,
    kind: client.kind,
    tokenEndpointAuthMethod: client.tokenEndpointAuthMethod,
    grantTypes: client.grantTypes,
    redirectUris: client.redirectUris,
    postLogoutRedirectUris: client.postLogoutRedirectUris,
    scopes: client.scopes,
    corsOrigins: client.corsOrigins,
    requirePushedRequests: client.requirePushedRequests,
    dpopBoundAccessTokens: client.dpopBoundAccessTokens,
    backchannelLogoutUri: client.backchannelLogoutUri ?? null,
    backchannelLogoutSessionRequired: client.backchannelLogoutSessionRequired,
    development: client.development,
    jwks: client.jwks ?? Prisma.DbNull,
    ...links(client),
  };
}

function links({ jwksUri, clientUri, policyUri, tosUri }: ClientRegistration) {
  return {
    jwksUri: jwksUri ?? null,
    clientUri: clientUri ?? null,
    policyUri: policyUri ?? null,
    tosUri: tosUri ?? null,
  };
}

function apiRows({ id, apis }: ClientRegistration) {
  return Object.entries(apis).map(([audience, scopes]) => ({ clientId: id, audience, scopes }));
}

const authMethod = z.enum(AUTH_METHODS);
const grantTypes = z.array(z.enum(GRANT_TYPES));

function toClient(row: Row): Client {
  const { jwks, jwksUri, clientUri, policyUri, tosUri, logoType, secrets, apis, ...others } = row;
  const { backchannelLogoutUri, ...rest } = others;
  return {
    ...rest,
    kind: row.kind === 'native' ? 'native' : 'web',
    tokenEndpointAuthMethod: authMethod.parse(row.tokenEndpointAuthMethod),
    grantTypes: grantTypes.parse(row.grantTypes),
    apis: Object.fromEntries(apis.map(({ audience, scopes }) => [audience, scopes])),
    hasLogo: logoType !== null,
    secrets: secrets.map(({ id, sha256, createdAt, expiresAt }) => ({
      id,
      sha256: Buffer.from(sha256),
      createdAt,
      ...(expiresAt && { expiresAt }),
    })),
    ...(jwks !== null && { jwks: jwkSet.parse(jwks) }),
    ...(jwksUri !== null && { jwksUri }),
    ...(backchannelLogoutUri !== null && { backchannelLogoutUri }),
    ...(clientUri !== null && { clientUri }),
    ...(policyUri !== null && { policyUri }),
    ...(tosUri !== null && { tosUri }),
  };
}

function toLogo(bytes: Uint8Array, type: string): Logo {
  return { type: type === 'image/webp' ? 'image/webp' : 'image/png', bytes: Buffer.from(bytes) };
}

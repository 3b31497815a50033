import { z } from 'zod';
import type { Prisma, SigningKey } from '../../../generated/prisma/client.ts';
import type { SigningKeyStore, SigningKeyWriter, StoredKey } from '../../keys/store.ts';
import type { Db } from './database.ts';
import { inTransaction } from './in-transaction.ts';

/** Signing keys: their private halves sealed, or the place in Vault that holds them. Every write is announced by a trigger. */
export function postgresSigningKeys(db: Db): SigningKeyStore {
  return {
    list: () => list(db),
    exclusively: (work) => inTransaction(db, (tx) => alone(tx, work)),
  };
}

/** Any number that nothing else in the database locks. */
const LOCK = 7_270_737_001;

async function alone<T>(tx: Db, work: (keys: SigningKeyWriter) => Promise<T>): Promise<T> {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(${LOCK}::bigint)::text`;
  return work(writer(tx));
}

function writer(tx: Db): SigningKeyWriter {
  const change = async (kid: string, data: Prisma.SigningKeyUpdateInput) => {
    await tx.signingKey.update({ where: { kid }, data });
  };
  return {
    list: () => list(tx),
    async add({ privateSeal, ...key }) {
      await tx.signingKey.create({
        data: { ...key, ...(privateSeal && { privateSeal: Uint8Array.from(privateSeal) }) },
      });
    },
    setSignsFrom: (kid, signsFrom) => change(kid, { signsFrom }),
    revoke: (kid, revokedAt) => change(kid, { revokedAt, privateSeal: null }),
    replaceSeal: (kid, seal) => change(kid, { privateSeal: seal ? Uint8Array.from(seal) : null }),
    async delete(kid) {
      await tx.signingKey.delete({ where: { kid } });
    },
  };
}

async function list(db: Db): Promise<StoredKey[]> {
  return (await db.signingKey.findMany()).map(fromRow);
}

const rsa = z.object({ kty: z.literal('RSA'), n: z.string(), e: z.string() });

function fromRow({ privateSeal, transitKey, revokedAt, publicJwk, ...row }: SigningKey): StoredKey {
  return {
    ...row,
    publicJwk: rsa.parse(publicJwk),
    ...(privateSeal && { privateSeal: Buffer.from(privateSeal) }),
    ...(transitKey !== null && { transitKey }),
    ...(revokedAt && { revokedAt }),
  };
}

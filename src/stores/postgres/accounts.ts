import type { Prisma } from '../../../generated/prisma/client.ts';
import { z } from 'zod';
import type { Account } from '../../accounts/account.ts';
import type { AccountStore, NewAccount } from '../../accounts/store.ts';
import type { Db } from './database.ts';
import { present } from './present.ts';
import { isUuid } from './uuid.ts';

/** Accounts in PostgreSQL. Unique indexes decide who was first; every raise of a version is one statement. */
export function postgresAccounts(db: Db): AccountStore {
  const find = async (where: Prisma.AccountWhereUniqueInput) => {
    const row = await db.account.findUnique({ where, ...WHOLE });
    return row ? toAccount(row) : undefined;
  };
  /** Whether there was one such account to change. */
  const change = async (
    where: Prisma.AccountWhereInput,
    data: Prisma.AccountUpdateManyArgs['data'],
  ) => (await db.account.updateMany({ where, data })).count === 1;

  return {
    create: (account) => create(db, account),
    find: async (id) => (isUuid(id) ? find({ id }) : undefined),
    findByEmail: (emailCanonical) => find({ emailCanonical }),
    findByUsername: (usernameCanonical) => find({ usernameCanonical }),
    async list({ after, limit, search }) {
      if (after !== undefined && !isUuid(after)) return [];
      const rows = await db.account.findMany({
        ...WHOLE,
        where: search === undefined ? {} : { OR: matching(search) },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
        take: limit,
        ...(after === undefined ? {} : { cursor: { id: after }, skip: 1 }),
      });
      return rows.map(toAccount);
    },
    changePassword: (id, passwordHash, expectedVersion) =>
      change(
        { id, credentialVersion: expectedVersion },
        {
          passwordHash,
          passwordChangedAt: new Date(),
          credentialVersion: { increment: 1 },
          signOutVersion: { increment: 1 },
        },
      ),
    async verifyEmail(id, emailCanonical, at) {
      await change({ id, emailCanonical, emailVerifiedAt: null }, { emailVerifiedAt: at });
      return (await db.account.count({ where: { id, emailCanonical } })) === 1;
    },
    async strengthenHash(id, oldHash, newHash) {
      await change({ id, passwordHash: oldHash }, { passwordHash: newHash });
    },
    signOutEverywhere: (id) => change({ id }, { signOutVersion: { increment: 1 } }),
    unlock: (id) => change({ id }, { unlocks: { increment: 1 } }),
    disable: (id, at) =>
      change({ id, disabledAt: null }, { disabledAt: at, signOutVersion: { increment: 1 } }),
    enable: (id) => change({ id, disabledAt: { not: null } }, { disabledAt: null }),
    delete: async (id) => (await db.account.deleteMany({ where: { id } })).count === 1,
  };
}

const ownFields = z.record(z.string(), z.union([z.string(), z.boolean()]));

function toAccount({ ownFields: own, ...row }: WholeRow): Account {
  return { ...present(row), ...(own !== null && { ownFields: ownFields.parse(own) }) };
}

type WholeRow = Prisma.AccountGetPayload<typeof WHOLE>;

const WHOLE = {
  omit: { emailCanonical: true, usernameCanonical: true },
} as const satisfies Prisma.AccountDefaultArgs;

/** A conflict is an ordinary answer here: no failed statement, which would cost the transaction. */
async function create(
  db: Db,
  account: NewAccount,
): Promise<'created' | 'email-taken' | 'username-taken'> {
  const { passwordHash } = account;
  const { count } = await db.account.createMany({
    data: { ...account, ...(passwordHash ? { passwordChangedAt: new Date() } : {}) },
    skipDuplicates: true,
  });
  if (count === 1) return 'created';
  const { emailCanonical } = account;
  const sameAddress = await db.account.count({ where: { emailCanonical } });
  return sameAddress || account.usernameCanonical === undefined ? 'email-taken' : 'username-taken';
}

function matching(search: string): Prisma.AccountWhereInput[] {
  // PostgreSQL refuses NUL; the others would be wildcards.
  const contains = search.replaceAll('\0', '').replaceAll(/[\\%_]/g, '\\$&');
  return ['email', 'username', 'givenName', 'familyName'].map((field) => ({
    [field]: { contains, mode: 'insensitive' },
  }));
}

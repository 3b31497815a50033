import { createAccount, type AccountWish } from '../../src/accounts/create-account.ts';
import type { AdmitTry } from '../../src/accounts/password-tries.ts';
import type { PostingPorts } from '../../src/mail/post-mail.ts';
import { argon2Hasher } from '../../src/passwords/argon2-hasher.ts';
import { type Durable, durablePorts } from '../../src/stores/postgres/durable.ts';
import type { Atomically } from '../../src/transactions/atomically.ts';
import type { House } from '../../src/furnish.ts';
import { type TestDatabase, freshDatabase } from './database.ts';

/** Lets every try in: for what is not about limits. */
export const always: AdmitTry = async () => ({
  admitted: true,
  spends: [],
  done: async () => {},
});

/** As cheap as argon2 can be: for tests that are not about its cost. */
export const CHEAP = { memoryCost: 1024, timeCost: 1, parallelism: 1 };

/** Nobody works here: a mail stays in the outbox. */
const NO_WORKER: PostingPorts['jobs'] = { enqueue: async () => {} };

export type People = Pick<
  House,
  'accounts' | 'audit' | 'knownBrowsers' | 'sessions' | 'hasher' | 'passwordRules' | 'now' | 'close'
> & {
  db: TestDatabase;
  atomically: Atomically<Durable & PostingPorts>;
  /** Makes somebody and answers the id. */
  invite(wish?: Partial<AccountWish>): Promise<string>;
  events(accountId: string): Promise<string[]>;
};

/** Accounts, passwords and the audit trail on a database of their own. */
export async function openPeople(): Promise<People> {
  const db = await freshDatabase();
  const hasher = argon2Hasher({ atOnce: 2, queueMs: 60_000, parameters: CHEAP });
  const { accounts, audit, sessions, knownBrowsers } = durablePorts(db.prisma);
  const people: People = {
    accounts,
    audit,
    sessions,
    knownBrowsers,
    db,
    hasher,
    passwordRules: { service: ['Gatehouse'], isBreached: async () => false },
    atomically: (work) =>
      db.prisma.$transaction((tx) => work({ ...durablePorts(tx), jobs: NO_WORKER })),
    now: () => new Date(),
    close: () => db.close(),
    async invite(wish = {}) {
      const whole = { email: 'you@example.com', admin: false, by: 'sign-up' as const, ...wish };
      const made = await createAccount(people, whole, { actor: 'system' });
      if (made.outcome !== 'created') throw new Error(made.outcome);
      return made.id;
    },
    async events(accountId) {
      const entries = await audit.list({ accountId, limit: 100 });
      return entries.map(({ name }) => name).toReversed();
    },
  };
  return people;
}

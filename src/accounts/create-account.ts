import { randomUUID } from 'node:crypto';
import type { AuditEvents, Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import type { PasswordHasher } from '../passwords/hasher.ts';
import type { Whose } from '../passwords/held-word.ts';
import { type PasswordFlaw, type PasswordRules, passwordFlaw } from '../passwords/policy.ts';
import type { Atomically } from '../transactions/atomically.ts';
import { parseEmailAddress } from './email-address.ts';
import { checkProfile, type ProfileFlaw, type TypedProfile } from './profile.ts';
import type { AccountStore } from './store.ts';
import { parseUsername, type UsernameFlaw } from './username.ts';

export interface CreateAccountDeps {
  hasher: Pick<PasswordHasher, 'hash'>;
  passwordRules: PasswordRules;
  atomically: Atomically<{
    accounts: Pick<AccountStore, 'create'>;
    audit: Pick<AuditTrail, 'record'>;
  }>;
}

export interface AccountWish {
  email: string;
  /** When somebody proved, or an operator vouched, that the address is theirs. */
  emailVerifiedAt?: Date;
  username?: string;
  profile?: TypedProfile;
  /** Absent: nobody can sign in with one. */
  password?: string;
  admin: boolean;
  by: AuditEvents['account-created']['by'];
}

/** What is wrong with one field of what was typed. */
export type AccountFlaw =
  | { field: 'email'; flaw: 'no-address' }
  | { field: 'username'; flaw: UsernameFlaw }
  | { field: 'password'; flaw: PasswordFlaw }
  | ProfileFlaw;

export type CreateAccountOutcome =
  | { outcome: 'created'; id: string }
  | { outcome: 'email-taken' | 'username-taken' }
  | { outcome: 'flawed'; flaws: AccountFlaw[] };

/** The unique indexes decide: of two simultaneous calls for one address exactly one creates. */
export async function createAccount(
  deps: CreateAccountDeps,
  wish: AccountWish,
  circumstances: Circumstances,
): Promise<CreateAccountOutcome> {
  const { account, flaws } = await check(deps.passwordRules, wish);
  if (!account) return { outcome: 'flawed', flaws };
  const { password, emailVerifiedAt, admin, by } = wish;
  const passwordHash = password === undefined ? undefined : await deps.hasher.hash(password);
  const id = randomUUID();
  const outcome = await deps.atomically(async ({ accounts, audit }) => {
    const created = await accounts.create({
      ...account,
      id,
      admin,
      ...(emailVerifiedAt && { emailVerifiedAt }),
      ...(passwordHash && { passwordHash }),
    });
    if (created === 'created') {
      await audit.record('account-created', { by, admin }, { ...circumstances, accountId: id });
    }
    return created;
  });
  return outcome === 'created' ? { outcome, id } : { outcome };
}

async function check(
  rules: PasswordRules,
  { email, username, password, profile: typed = {} }: AccountWish,
) {
  const address = parseEmailAddress(email);
  const name = username === undefined ? undefined : parseUsername(username);
  const { profile, flaws: profileFlaws } = checkProfile(typed);
  const flaws: AccountFlaw[] = [
    ...(await passwordFlaws(rules, password, { email, username, ...typed })),
    ...profileFlaws,
  ];
  if (typeof name === 'string') flaws.unshift({ field: 'username', flaw: name });
  if (!address) flaws.unshift({ field: 'email', flaw: 'no-address' });
  if (!address || typeof name === 'string' || flaws.length > 0) return { flaws };
  const account = {
    ...profile,
    email: address.asTyped,
    emailCanonical: address.canonical,
    ...(name && { username: name.asTyped, usernameCanonical: name.canonical }),
  };
  return { account, flaws };
}

async function passwordFlaws(
  rules: PasswordRules,
  password: string | undefined,
  whose: Whose,
): Promise<AccountFlaw[]> {
  if (password === undefined) return [];
  const flaw = await passwordFlaw(rules, password, whose);
  return flaw ? [{ field: 'password', flaw }] : [];
}

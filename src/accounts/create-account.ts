import { randomUUID } from 'node:crypto';
import type { AuditEvents, Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import type { PasswordHasher } from '../passwords/hasher.ts';
import type { Whose } from '../passwords/held-word.ts';
import { type PasswordFlaw, type PasswordRules, passwordFlaw } from '../passwords/policy.ts';
import type { Atomically } from '../transactions/atomically.ts';
import type { OwnFields } from './account.ts';
import { parseEmailAddress } from './email-address.ts';
import { checkProfile, type ProfileFlaw, type TypedProfile } from './profile.ts';
import type { AccountStore, NewAccount } from './store.ts';
import { parseUsername, type UsernameFlaw } from './username.ts';

export interface PrepareAccountDeps {
  hasher: Pick<PasswordHasher, 'hash'>;
  passwordRules: PasswordRules;
}

/** What the transaction that creates an account needs. */
export interface AccountPorts {
  accounts: Pick<AccountStore, 'create'>;
  audit: Pick<AuditTrail, 'record'>;
}

export interface CreateAccountDeps extends PrepareAccountDeps {
  atomically: Atomically<AccountPorts>;
}

export interface AccountWish {
  email: string;
  /** When somebody proved, or an operator vouched, that the address is theirs. */
  emailVerifiedAt?: Date;
  username?: string;
  profile?: TypedProfile;
  /** The operator's own fields, as they were checked. */
  ownFields?: OwnFields;
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
  const { account, flaws } = await prepareAccount(deps, wish);
  if (!account) return { outcome: 'flawed', flaws };
  const outcome = await deps.atomically((ports) =>
    writeAccount(ports, { account, by: wish.by }, circumstances),
  );
  return outcome === 'created' ? { outcome, id: account.id } : { outcome };
}

/** All that can be said of a wish without asking who else is there, and its password as it will be kept. */
export async function prepareAccount(
  { passwordRules, hasher }: PrepareAccountDeps,
  wish: AccountWish,
): Promise<{ account?: NewAccount; flaws: AccountFlaw[] }> {
  const { account, flaws } = await check(passwordRules, wish);
  if (!account) return { flaws };
  const { password, emailVerifiedAt, admin, ownFields = {} } = wish;
  const passwordHash = password === undefined ? undefined : await hasher.hash(password);
  const whole = {
    ...account,
    id: randomUUID(),
    admin,
    ...(emailVerifiedAt && { emailVerifiedAt }),
    ...(passwordHash && { passwordHash }),
    ...(Object.keys(ownFields).length > 0 && { ownFields }),
  };
  return { account: whole, flaws };
}

/** Inside the transaction of what it is created with. */
export async function writeAccount(
  { accounts, audit }: AccountPorts,
  { account, by }: { account: NewAccount; by: AccountWish['by'] },
  circumstances: Circumstances,
): Promise<'created' | 'email-taken' | 'username-taken'> {
  const created = await accounts.create(account);
  if (created === 'created') {
    const { id: accountId, admin } = account;
    await audit.record('account-created', { by, admin }, { ...circumstances, accountId });
  }
  return created;
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

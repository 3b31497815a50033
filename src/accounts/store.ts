import type { Account, OwnFields, Profile } from './account.ts';

export interface NewAccount extends Profile {
  id: string;
  email: string;
  emailCanonical: string;
  emailVerifiedAt?: Date;
  username?: string;
  usernameCanonical?: string;
  ownFields?: OwnFields;
  passwordHash?: string;
  admin: boolean;
}

export interface AccountStore {
  /** One account for one canonical address or user name: of two simultaneous calls exactly one creates. */
  create(account: NewAccount): Promise<'created' | 'email-taken' | 'username-taken'>;
  find(id: string): Promise<Account | undefined>;
  findByEmail(emailCanonical: string): Promise<Account | undefined>;
  findByUsername(usernameCanonical: string): Promise<Account | undefined>;
  /** Oldest first, after the given id; `search` matches address, user name or name. */
  list(page: { after?: string; limit: number; search?: string }): Promise<Account[]>;
  /**
   * Replaces the password hash and raises `credentialVersion` and `signOutVersion`, in one write, provided
   * the account is still at `expectedVersion`. Answers whether it was.
   */
  changePassword(id: string, passwordHash: string, expectedVersion: number): Promise<boolean>;
  /** Its owner proved the address, provided that it still is this one. Answers whether it is. */
  verifyEmail(id: string, emailCanonical: string, at: Date): Promise<boolean>;
  /** Replaces a hash by a stronger one of the same password; voids nothing. Only while `oldHash` stands. */
  strengthenHash(id: string, oldHash: string, newHash: string): Promise<void>;
  /** Raises `signOutVersion`: every session and grant of the account is dead from then on. */
  signOutEverywhere(id: string): Promise<boolean>;
  /** Raises `unlocks`: wrong passwords are counted anew from then on. */
  unlock(id: string): Promise<boolean>;
  /** Also signs out everywhere. */
  disable(id: string, at: Date): Promise<boolean>;
  enable(id: string): Promise<boolean>;
  /** Deletes the account and all that hangs on it. Its id is never used again. */
  delete(id: string): Promise<boolean>;
}

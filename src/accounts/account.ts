/**
 * Someone who can sign in. This folder owns who people are, how they are found and what may be told of them;
 * it refuses to know pages, applications and how a sign-in goes.
 */
export interface Account {
  /** The `sub` of every token: a random UUID, never reused. */
  id: string;
  /** As its owner typed it. */
  email: string;
  emailVerifiedAt?: Date;
  username?: string;
  givenName?: string;
  familyName?: string;
  phone?: string;
  phoneVerifiedAt?: Date;
  picture?: string;
  birthdate?: string;
  locale?: string;
  zoneinfo?: string;
  /** The operator's own profile fields, by name. */
  ownFields?: OwnFields;
  admin: boolean;
  disabledAt?: Date;
  passwordHash?: string;
  passwordChangedAt?: Date;
  /** Grows with every credential change; anything issued under an older number is void. */
  credentialVersion: number;
  /** Grows with "sign out everywhere"; sessions and grants of an older number are dead. */
  signOutVersion: number;
  /** How often an operator lifted what kept its owner out: tries are counted anew from then on. */
  unlocks: number;
  createdAt: Date;
  updatedAt: Date;
}

/** Of both, where an account begins: nothing of it has ever been ended. */
export const FIRST_VERSION = 1;

export type OwnFields = Record<string, string | boolean>;

/** What its owner or an operator may change without a ceremony. */
export type Profile = Pick<
  Account,
  'givenName' | 'familyName' | 'phone' | 'picture' | 'birthdate' | 'locale' | 'zoneinfo'
>;

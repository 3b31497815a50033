import { randomBytes } from 'node:crypto';
import { digest } from '../crypto/digest.ts';
import type { Account } from './account.ts';

/**
 * Browsers that somebody has signed in with: strangers who spend what an account has must not keep its owner out. A
 * mark tells of one account; any change of its password, and "sign out everywhere", make the browser a stranger again.
 */
export interface KnownBrowserStore {
  /** The one of these that the account has signed in with, at its present versions. */
  among(ids: readonly string[], account: Versions, at: Date): Promise<string | undefined>;
  /** The canonical addresses of all accounts that know these, at their present versions. */
  addressesOf(ids: readonly string[], at: Date): Promise<string[]>;
  remember(id: string, account: Versions, at: Date, expiresAt: Date): Promise<void>;
}

type Versions = Pick<Account, 'id' | 'credentialVersion' | 'signOutVersion'>;

export interface KnownBrowserDeps {
  knownBrowsers: KnownBrowserStore;
  now: () => Date;
}

export const MARK_LIVES_MS = 180 * 24 * 60 * 60 * 1000;

/** The mark's name where the account knows this browser. Whoever is nobody costs the same question. */
export async function recognise(
  { knownBrowsers, now }: KnownBrowserDeps,
  account: Account | undefined,
  marks: readonly string[],
): Promise<string | undefined> {
  if (marks.length === 0) return undefined;
  return knownBrowsers.among(marks.map(digest), account ?? NOBODY, now());
}

/**
 * Whether somebody has signed in to the account of this address with this browser. The address is no part of the question, so
 * the answer takes as long whether anybody has it or not.
 */
export async function knowsAddress(
  { knownBrowsers, now }: KnownBrowserDeps,
  emailCanonical: string,
  marks: readonly string[],
): Promise<boolean> {
  if (marks.length === 0) return false;
  const addresses = await knownBrowsers.addressesOf(marks.map(digest), now());
  return addresses.includes(emailCanonical);
}

/** From now on the account knows the browser that brings this mark. Only its hash is kept. */
export async function newMark(
  { knownBrowsers, now }: KnownBrowserDeps,
  account: Account,
): Promise<string> {
  const mark = randomBytes(32).toString('base64url');
  const at = now();
  const until = new Date(at.getTime() + MARK_LIVES_MS);
  await knownBrowsers.remember(digest(mark), account, at, until);
  return mark;
}

const NOBODY: Versions = {
  id: '00000000-0000-0000-0000-000000000000',
  credentialVersion: 0,
  signOutVersion: 0,
};

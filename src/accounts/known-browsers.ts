import { createHmac } from 'node:crypto';
import type { Keys } from '../crypto/derived-keys.ts';
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
  /**
   * From now on the account knows one of those that were `brought`, where it is known at the present versions, or else this
   * one. Those that came least lately make room for it. Of parallel calls for one id one answers `first` or `new`.
   */
  remember(known: KnownBrowser, brought: readonly string[], at: Date): Promise<Remembered>;
}

export interface KnownBrowser {
  id: string;
  account: Versions;
  until: Date;
}

export interface Remembered {
  id: string;
  acquaintance: Acquaintance;
}

/** `first`: nobody has signed in to the account before. `seen`: this browser has. `new`: others have. */
export type Acquaintance = 'first' | 'seen' | 'new';

type Versions = Pick<Account, 'id' | 'credentialVersion' | 'signOutVersion'>;

export interface KnownBrowserDeps {
  knownBrowsers: KnownBrowserStore;
  now: () => Date;
}

export const MARK_LIVES_MS = 180 * 24 * 60 * 60 * 1000;
/** Of one account. */
export const MOST_BROWSERS = 50;

/** The mark's name where the account knows this browser. Whoever is nobody costs the same question. */
export async function recognise(
  { knownBrowsers, now }: KnownBrowserDeps,
  account: Versions | undefined,
  marks: readonly string[],
): Promise<string | undefined> {
  if (marks.length === 0) return undefined;
  return knownBrowsers.among(marks.map(digest), account ?? NOBODY, now());
}

/**
 * Whether somebody has signed in to the account of this address with this browser. The address is no part of the
 * question, so the answer takes as long whether anybody has it or not.
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

export interface MarkDeps {
  knownBrowsers: Pick<KnownBrowserStore, 'remember'>;
  keys: Pick<Keys, 'markKey'>;
  now: () => Date;
}

/**
 * The account knows the browser that brings this mark, for another while; only its hash is kept. One that brings a good one keeps
 * it. A new one follows from the visit: whoever clicks twice is one browser.
 */
export async function markBrowser(
  { knownBrowsers, keys, now }: MarkDeps,
  account: Versions,
  { marks, visit }: { marks: readonly string[]; visit: string },
): Promise<{ mark: string; acquaintance: Acquaintance }> {
  const at = now();
  const made = markFor(keys.markKey, account, visit);
  const known = { id: digest(made), account, until: new Date(at.getTime() + MARK_LIVES_MS) };
  const { id, acquaintance } = await knownBrowsers.remember(known, marks.map(digest), at);
  return { mark: marks.find((one) => digest(one) === id) ?? made, acquaintance };
}

function markFor(key: Buffer, { id, credentialVersion, signOutVersion }: Versions, visit: string) {
  const of = [id, credentialVersion, signOutVersion, visit].join('\0');
  return createHmac('sha256', key).update(of).digest('base64url');
}

const NOBODY: Versions = {
  id: '00000000-0000-0000-0000-000000000000',
  credentialVersion: 0,
  signOutVersion: 0,
};

import type { Account } from './account.ts';
import { parseEmailAddress } from './email-address.ts';
import type { AccountStore } from './store.ts';
import { parseUsername } from './username.ts';

/** One form for all ways to write an identifier, whether somebody has it or not. */
export function canonicalIdentifier(identifier: string): string {
  const name = parseUsername(identifier);
  const canonical = typeof name === 'string' ? undefined : name.canonical;
  const known = identifier.includes('@') ? parseEmailAddress(identifier)?.canonical : canonical;
  return known ?? identifier.trim().normalize('NFKC').toLowerCase();
}

/** Who is meant by what somebody typed: an address if it holds an @, else a user name. One look-up. */
export async function findByIdentifier(
  accounts: Pick<AccountStore, 'findByEmail' | 'findByUsername'>,
  identifier: string,
): Promise<Account | undefined> {
  if (identifier.includes('@')) {
    const address = parseEmailAddress(identifier);
    return address && accounts.findByEmail(address.canonical);
  }
  const name = parseUsername(identifier);
  return typeof name === 'string' ? undefined : accounts.findByUsername(name.canonical);
}

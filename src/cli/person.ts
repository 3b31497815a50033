import type { Account } from '../accounts/account.ts';
import { findByIdentifier } from '../accounts/find-by-identifier.ts';
import type { AccountStore } from '../accounts/store.ts';
import { CommandFailed } from './command.ts';

/** How commands say who is meant. */
export const PERSON = '<e-mail|username|id>';

export async function personMeant(accounts: AccountStore, text = ''): Promise<Account> {
  const person = (await accounts.find(text)) ?? (await findByIdentifier(accounts, text));
  if (!person) throw new CommandFailed('There is no such person.');
  return person;
}

/** What is shown of a person: never the hash. */
export function shown({ passwordHash, ...person }: Account) {
  return {
    ...person,
    emailVerified: person.emailVerifiedAt !== undefined,
    disabled: person.disabledAt !== undefined,
    hasPassword: passwordHash !== undefined,
  };
}

/** Deleted between the look and the act. */
export function gone(): CommandFailed {
  return new CommandFailed('That person was deleted meanwhile.');
}

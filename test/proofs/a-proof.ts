import { randomUUID } from 'node:crypto';
import { parseEmailAddress } from '../../src/accounts/email-address.ts';
import { type ProofWish, beginProof } from '../../src/proofs/begin-proof.ts';
import type { AddressProof } from '../../src/proofs/proof.ts';
import { codeOf, handleOf } from '../../src/proofs/secrets.ts';
import type { House } from '../../src/furnish.ts';
import { type BudgetChanges, budgetsWith } from '../../src/limits/budgets.ts';
import { type Limiter, openLimiter } from '../../src/limits/limiter.ts';
import { localCounters } from '../../src/limits/local-counters.ts';
import { type Furnished, furnished } from '../support/furnished.ts';

export const PERSON = { actor: 'person', ip: '192.0.2.7', userAgent: 'A browser' } as const;

export const VISITOR = { ip: PERSON.ip, marks: [] };

/** Ports on a fresh database, and a limiter whose clock and budgets are given. */
export type Limited = Furnished & { limiter: Limiter };

export async function limited(changes: BudgetChanges = {}): Promise<Limited> {
  const house = await furnished();
  const counters = localCounters();
  const key = house.keys.counterKey;
  return {
    ...house,
    limiter: openLimiter({ ...house, counters, key, budgets: budgetsWith(changes) }),
  };
}

/** So many that nobody meets their end. */
export const PLENTY: BudgetChanges = {
  'codes-per-address': { most: 1000 },
  'mails-per-address': { most: 1000 },
  'mails-per-address-daily': { most: 1000 },
  'proofs-per-origin': { most: 1000 },
};

/** One attempt, as a page would begin it. */
export async function beginOne(
  house: Limited,
  wish: Partial<Omit<ProofWish, 'address'>> & { email?: string } = {},
): Promise<AddressProof> {
  const { email = `${randomUUID()}@example.com`, ...rest } = wish;
  const address = parseEmailAddress(email);
  if (!address) throw new Error(`${email} is no address`);
  const usual = {
    purpose: 'sign-up' as const,
    browser: randomUUID(),
    uid: randomUUID(),
    clientId: 'gatehouse',
    language: 'en',
    visitor: VISITOR,
  };
  const begun = await beginProof(house, { ...usual, ...rest, address }, PERSON);
  if (begun.outcome !== 'begun') throw new Error(begun.outcome);
  return begun.proof;
}

/** What the two jobs do: from then on its code counts. */
export async function mailOut(house: House, { id }: Pick<AddressProof, 'id'>): Promise<void> {
  await house.chores['mail-proof']({ proofId: id });
  for (const { id: mailId } of await house.mails.list({ state: 'waiting', limit: 100 })) {
    await house.chores['send-mail']({ mailId });
  }
}

export async function now(house: House, { id }: Pick<AddressProof, 'id'>): Promise<AddressProof> {
  const proof = await house.proofs.find(id);
  if (!proof) throw new Error('the proof is gone');
  return proof;
}

export async function rightCode(house: House, proof: AddressProof): Promise<string> {
  return codeOf(keyOf(house), await now(house, proof));
}

export async function linkOf(house: House, proof: AddressProof): Promise<string> {
  return handleOf(keyOf(house), await now(house, proof));
}

export async function wrongCode(house: House, proof: AddressProof): Promise<string> {
  return (await rightCode(house, proof)) === '111111' ? '222222' : '111111';
}

export function keyOf(house: Pick<House, 'keys'>): Buffer {
  const [key] = house.keys.codeKeys;
  if (!key) throw new Error('there is no key');
  return key;
}

import type { Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import type { Asked, Limiter } from '../limits/limiter.ts';
import { originOf } from '../limits/origin.ts';
import type { EmailAddress } from './email-address.ts';
import { type KnownBrowserDeps, knowsAddress } from './known-browsers.ts';
import type { Visitor } from './password-tries.ts';

export interface AddressBudgetDeps extends KnownBrowserDeps {
  limiter: Limiter;
  audit: Pick<AuditTrail, 'record'>;
}

export interface AddressVisit {
  /** As it was typed: what is counted never depends on whether somebody has it. */
  address: Pick<EmailAddress, 'canonical'>;
  visitor: Visitor;
}

export type AddressAdmission =
  | {
      admitted: true;
      /** It came to nothing (a code was right, a mail was not written): what was taken is put back. */
      giveBack(): Promise<void>;
    }
  | { admitted: false; waitS: number };

/** Whether this visitor may have one more mail with a code or a link sent to this address: a sign-up, a reset, a resend. */
export async function admitMail(
  deps: AddressBudgetDeps,
  visit: AddressVisit,
  circumstances: Circumstances,
): Promise<AddressAdmission> {
  const { of, stranger } = await whose(deps, visit);
  const mails: Asked[] = [
    { budget: 'mails-per-address', of, stranger },
    { budget: 'mails-per-address-daily', of, stranger },
  ];
  const origin: Asked = { budget: 'proofs-per-origin', of: originOf(visit.visitor.ip) };
  return admit(deps, stranger ? [origin, ...mails] : mails, circumstances);
}

/** Whether this visitor may try one more code for this address. Asked of before the code is compared. */
export async function admitCode(
  deps: AddressBudgetDeps,
  visit: AddressVisit,
  circumstances: Circumstances,
): Promise<AddressAdmission> {
  return admit(
    deps,
    [{ budget: 'codes-per-address', ...(await whose(deps, visit)) }],
    circumstances,
  );
}

/** Browsers that the address's account knows have a part that strangers cannot spend, and are not kept out by their neighbours. */
async function whose(
  deps: AddressBudgetDeps,
  { address: { canonical }, visitor }: AddressVisit,
): Promise<{ of: string; stranger: boolean }> {
  return { of: canonical, stranger: !(await knowsAddress(deps, canonical, visitor.marks)) };
}

async function admit(
  { limiter, audit }: AddressBudgetDeps,
  asked: Asked[],
  circumstances: Circumstances,
): Promise<AddressAdmission> {
  const admission = await limiter.admit(asked);
  if (!admission.admitted) return { admitted: false, waitS: admission.waitS };
  for (const budget of admission.spent)
    await audit.record('budget-spent', { budget }, circumstances);
  return { admitted: true, giveBack: () => admission.giveBack() };
}

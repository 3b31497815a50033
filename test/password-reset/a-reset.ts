import { codeOf, handleOf } from '../../src/proofs/secrets.ts';
import type { AddressProof } from '../../src/proofs/proof.ts';
import { within } from '../oidc/application.ts';
import { PLENTY, keyOf, mailOut, now } from '../proofs/a-proof.ts';
import type { Browser, Page } from '../support/browser.ts';
import { type TestHouse, openTestHouse } from '../support/house.ts';

export const NEW = 'a new and long password';

/** Many people forget their passwords at one address here. */
export function openForgetful(backend: 'postgres' | 'redis' = 'postgres'): Promise<TestHouse> {
  return openTestHouse({ backend, env: { GATEHOUSE_BUDGETS: JSON.stringify(PLENTY) } });
}

export const stepOf = ({ url }: Page) => /\/interaction\/[\w-]+\/([\w/-]+)/.exec(url)?.[1];
export const uidOf = ({ url }: Page) => /\/interaction\/([\w-]+)/.exec(url)?.[1] ?? '';
export const headingOf = ({ text }: Page) => /<h1>([^<]*)</.exec(text)?.[1];
export const alertOf = ({ text }: Page) => /role="alert">([^<]*)</.exec(text)?.[1];

/** The mail for this address, once it went out: what its reader sees. */
export async function mailed(house: TestHouse, email: string): Promise<Mailed> {
  const row = await house.house.db.addressProof.findFirst({
    where: { email, purpose: 'reset', interaction: { not: null } },
    orderBy: { createdAt: 'desc' },
  });
  if (!row) throw new Error(`nobody asked for a code for ${email}`);
  // The workers of the house may be at it too, and know no clock that was turned.
  const out = await within(15_000, async () => {
    await mailOut(house.house, row);
    const mail = await house.house.letterbox.list({ to: row.email });
    const { codeExpiresAt } = await now(house.house, row);
    return mail.length > 0 && codeExpiresAt !== undefined;
  });
  if (!out) throw new Error(`no mail went out to ${email}`);
  const proof = await now(house.house, row);
  const key = keyOf(house.house);
  const path = `/password-reset/${handleOf(key, proof)}`;
  return { proof, code: codeOf(key, proof), path };
}

export interface Mailed {
  proof: AddressProof;
  code: string;
  /** Of the link. */
  path: string;
}

/** From any page of an interaction to the page that asks for the code. */
export async function askForCode(browser: Browser, page: Page, email: string): Promise<Page> {
  const asking = await browser.visit(`/interaction/${uidOf(page)}/password-reset`);
  return browser.submit(asking, { email });
}

/** The page of the new password. */
export async function typeCode(house: TestHouse, browser: Browser, page: Page, email: string) {
  const { code } = await mailed(house, email);
  return browser.submit(page, { code });
}

export async function hashOf(house: TestHouse, id: string): Promise<string | undefined> {
  return (await house.house.accounts.find(id))?.passwordHash;
}

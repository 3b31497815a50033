import { randomUUID } from 'node:crypto';
import type { Account } from '../../src/accounts/account.ts';
import { createAccount } from '../../src/accounts/create-account.ts';
import { disableAccount } from '../../src/accounts/disable-account.ts';
import { setPassword } from '../../src/accounts/set-password.ts';
import { resetPassword } from '../../src/password-reset/reset-password.ts';
import type { AddressProof, Purpose } from '../../src/proofs/proof.ts';
import { tryCode } from '../../src/proofs/try-code.ts';
import {
  type Limited,
  PERSON,
  PLENTY,
  VISITOR,
  beginOne,
  limited,
  mailOut,
  now,
  rightCode,
} from '../proofs/a-proof.ts';

let house: Limited;
beforeAll(async () => {
  house = await limited(PLENTY);
});
afterAll(() => house.close());

const OLD = 'an old and long password';
const NEW = 'a new and long password';

async function somebody(wish: { verified?: boolean; givenName?: string } = {}): Promise<Account> {
  const { verified = true, givenName } = wish;
  const made = await createAccount(
    house,
    {
      email: `${randomUUID()}@example.com`,
      password: OLD,
      admin: false,
      by: 'sign-up',
      ...(verified && { emailVerifiedAt: house.now() }),
      ...(givenName !== undefined && { profile: { givenName } }),
    },
    PERSON,
  );
  if (made.outcome !== 'created') throw new Error(made.outcome);
  return asItIs(made);
}

async function asItIs({ id }: { id: string }): Promise<Account> {
  const account = await house.accounts.find(id);
  if (!account) throw new Error('nobody');
  return account;
}

async function mailed({ email }: Account, purpose: Purpose = 'reset'): Promise<AddressProof> {
  const proof = await beginOne(house, { email, purpose });
  await mailOut(house, proof);
  return proof;
}

async function proved(account: Account, purpose: Purpose = 'reset'): Promise<AddressProof> {
  const proof = await mailed(account, purpose);
  const typed = await rightCode(house, proof);
  expect(await tryCode(house, { id: proof.id, purpose, typed, visitor: VISITOR }, PERSON)).toEqual({
    outcome: 'proved',
  });
  return proof;
}

const reset = ({ id: proofId }: { id: string }, password = NEW) =>
  resetPassword(house, { proofId, password }, PERSON);

const fits = async (account: Account, password: string) =>
  house.hasher.verify(password, (await asItIs(account)).passwordHash);

const change = async (account: Account) =>
  setPassword(house, { account: await asItIs(account), password: OLD, by: 'cli' }, PERSON);

it('sets the password, raises both versions and tells it', async () => {
  const account = await somebody();
  const proof = await proved(account);
  const outcome = await reset(proof);
  expect(outcome).toMatchObject({
    outcome: 'reset',
    account: { id: account.id, credentialVersion: 2, signOutVersion: 2 },
  });
  expect(await fits(account, NEW)).toBe(true);
  expect(await fits(account, OLD)).toBe(false);
  expect((await now(house, proof)).state).toBe('used');
  const told = await house.audit.list({ accountId: account.id, limit: 9 });
  expect(told[0]).toMatchObject({ name: 'password-changed', details: { by: 'reset' } });
  const mails = await house.mails.list({ address: account.email, limit: 9 });
  expect(mails.map(({ template }) => template)).toEqual(['password-changed', 'password-reset']);
});

it('makes the address its owner’s: what a stranger did with it before is worth nothing', async () => {
  const account = await somebody({ verified: false });
  await reset(await proved(account));
  expect((await asItIs(account)).emailVerifiedAt).toEqual(house.now());
  expect(await fits(account, OLD)).toBe(false);
});

it('happens once, whoever asks how often', async () => {
  const account = await somebody();
  const proof = await proved(account);
  const passwords = Array.from({ length: 20 }, (_, one) => `the new password ${one}`);
  const outcomes = await Promise.all(passwords.map((password) => reset(proof, password)));
  const done = outcomes.map(({ outcome }) => outcome);
  expect(done.filter((outcome) => outcome === 'reset')).toHaveLength(1);
  expect(done.filter((outcome) => outcome === 'over')).toHaveLength(19);
  expect(await fits(account, passwords[done.indexOf('reset')] ?? '')).toBe(true);
  expect((await asItIs(account)).credentialVersion).toBe(2);
  expect(await reset(proof)).toEqual({ outcome: 'over' });
});

it('of several proofs for one account one counts, and none waits for another for ever', async () => {
  for (let round = 0; round < 5; round += 1) {
    const account = await somebody();
    const proofs = [];
    for (let one = 0; one < 4; one += 1) proofs.push(await proved(account));
    const outcomes = await Promise.all(proofs.map((proof) => reset(proof)));
    expect(outcomes.filter(({ outcome }) => outcome === 'reset')).toHaveLength(1);
    expect((await asItIs(account)).credentialVersion).toBe(2);
    for (const proof of proofs) expect(await reset(proof)).toEqual({ outcome: 'over' });
  }
}, 60_000);

it('ends what was begun for the account besides, proved or not', async () => {
  const account = await somebody({ verified: false });
  const waiting = await mailed(account);
  const inHand = await proved(account);
  const verification = await beginOne(house, {
    email: account.email,
    purpose: 'verify',
    accountId: account.id,
  });
  const undecided = await beginOne(house, { email: account.email, purpose: 'reset' });
  const others = await mailed(await somebody());
  await reset(await proved(account));
  for (const proof of [waiting, inHand, verification, undecided]) {
    expect((await now(house, proof)).state).toBe('void');
  }
  expect((await now(house, others)).state).toBe('pending');
});

async function expectRefused(account: Account, proof: { id: string }): Promise<void> {
  const before = await asItIs(account);
  expect(await reset(proof)).toEqual({ outcome: 'over' });
  const { passwordHash, credentialVersion } = await asItIs(account);
  expect(passwordHash).toBe(before.passwordHash);
  expect(credentialVersion).toBe(before.credentialVersion);
}

describe('opens nothing', () => {
  it('before the code was typed', async () => {
    const account = await somebody();
    await expectRefused(account, await mailed(account));
  });

  it('where no proof is', async () => {
    const account = await somebody();
    await expectRefused(account, { id: randomUUID() });
    await expectRefused(account, { id: account.id });
    await expectRefused(account, { id: 'none' });
  });

  it.each(['sign-up', 'verify'] as const)(
    'with a proof for another purpose: %s',
    async (purpose) => {
      const account = await somebody();
      const own = purpose === 'verify' ? { accountId: account.id } : {};
      const proof = await beginOne(house, { email: account.email, purpose, ...own });
      const where = { id: proof.id };
      const data = { state: 'proved', accountId: account.id, credentialVersion: 1 };
      await house.database.prisma.addressProof.update({ where, data });
      await expectRefused(account, proof);
    },
  );

  it('after another change of the password, before or after the code', async () => {
    const first = await somebody();
    const typed = await proved(first);
    await change(first);
    await expectRefused(first, typed);

    const second = await somebody();
    const waiting = await mailed(second);
    await change(second);
    const code = await rightCode(house, waiting);
    await tryCode(
      house,
      { id: waiting.id, purpose: 'reset', typed: code, visitor: VISITOR },
      PERSON,
    );
    await expectRefused(second, waiting);
  });

  it('once the account is disabled', async () => {
    const account = await somebody();
    const proof = await proved(account);
    await disableAccount(house, account.id, PERSON);
    await expectRefused(account, proof);
  });

  it('an hour later', async () => {
    const account = await somebody();
    const proof = await proved(account);
    const then = house.clock.now;
    house.clock.now = new Date(then.getTime() + 60 * 60_000);
    await expectRefused(account, proof);
    house.clock.now = then;
  });
});

it('refuses a bad password with the reason, and takes the next one', async () => {
  const account = await somebody({ givenName: 'Evangeline' });
  const proof = await proved(account);
  expect(await reset(proof, 'short')).toEqual({ outcome: 'flawed', flaw: 'too-short' });
  expect(await reset(proof, 'password1')).toEqual({ outcome: 'flawed', flaw: 'common' });
  const named = 'evangeline was here';
  expect(await reset(proof, named)).toEqual({ outcome: 'flawed', flaw: 'holds-name' });
  expect(await fits(account, OLD)).toBe(true);
  expect(await reset(proof)).toMatchObject({ outcome: 'reset' });
});

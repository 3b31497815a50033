import { createAccount } from '../../src/accounts/create-account.ts';
import { disableAccount } from '../../src/accounts/disable-account.ts';
import {
  confirmElsewhere,
  confirmHere,
  readLink,
  type ReadLink,
  voidProof,
} from '../../src/proofs/links.ts';
import type { AddressProof, Purpose } from '../../src/proofs/proof.ts';
import { numberOf } from '../../src/proofs/secrets.ts';
import { sendAgain } from '../../src/proofs/send-again.ts';
import { takeOver } from '../../src/proofs/take-over.ts';
import { tryCode } from '../../src/proofs/try-code.ts';
import {
  type Limited,
  PERSON,
  PLENTY,
  VISITOR,
  beginOne,
  keyOf,
  limited,
  linkOf,
  mailOut,
  now,
  rightCode,
  wrongCode,
} from './a-proof.ts';

const MINUTE = 60_000;
let house: Limited;
beforeAll(async () => {
  house = await limited(PLENTY);
});
afterEach(async () => {
  await house.db.mail.deleteMany();
});
afterAll(() => house.close());

const wait = (ms: number) => {
  house.clock.now = new Date(house.clock.now.getTime() + ms);
};
const typing = (proof: AddressProof, typed: string, purpose: Purpose = proof.purpose) =>
  tryCode(house, { id: proof.id, purpose, typed, visitor: VISITOR }, PERSON);
const again = (proof: AddressProof) => sendAgain(house, { id: proof.id, visitor: VISITOR }, PERSON);
const mails = async () =>
  (await house.mails.list({ limit: 50 })).map(({ template, address, state }) => [
    template,
    address,
    state,
  ]);

async function person(email: string, verified = true): Promise<string> {
  const vouched = verified ? { emailVerifiedAt: house.now() } : {};
  const made = await createAccount(
    house,
    { email, admin: false, by: 'cli', ...vouched },
    { actor: 'cli' },
  );
  if (made.outcome !== 'created') throw new Error(made.outcome);
  return made.id;
}

async function begun(wish: Parameters<typeof beginOne>[1] = {}): Promise<AddressProof> {
  const proof = await beginOne(house, wish);
  await mailOut(house, proof);
  return proof;
}

async function opened(proof: AddressProof, browser?: string): Promise<ReadLink> {
  const handle = await linkOf(house, proof);
  const link = await readLink(house, {
    handle,
    purposes: ['sign-up', 'verify', 'reset'],
    ...(browser !== undefined && { browser }),
  });
  if (!link) throw new Error('no such link');
  return link;
}

describe('a code', () => {
  it('proves the address once, however often and by how many it is typed', async () => {
    const proof = await begun();
    const code = await rightCode(house, proof);
    const answers = await Promise.all(Array.from({ length: 20 }, () => typing(proof, code)));
    expect(answers.some(({ outcome }) => outcome === 'proved')).toBe(true);
    expect(answers.every(({ outcome }) => outcome === 'proved' || outcome === 'spent')).toBe(true);
    expect((await now(house, proof)).state).toBe('proved');
    const events = await house.audit.list({ name: 'address-proved', limit: 50 });
    expect(events).toHaveLength(1);
    expect(await typing(proof, code)).toEqual({ outcome: 'proved' });
  });

  it('of 100 wrong ones five are looked at, and then not even the right one counts', async () => {
    const proof = await begun();
    const wrong = await wrongCode(house, proof);
    const answers = await Promise.all(Array.from({ length: 100 }, () => typing(proof, wrong)));
    const looked = answers.filter(({ outcome }) => outcome === 'wrong');
    expect(
      looked
        .map((one) => 'triesLeft' in one && one.triesLeft)
        .toSorted((a, b) => Number(a) - Number(b)),
    ).toEqual([1, 2, 3, 4]);
    expect(answers.filter(({ outcome }) => outcome === 'spent')).toHaveLength(96);
    expect((await now(house, proof)).tries).toBe(5);
    expect(await house.audit.list({ name: 'code-refused', limit: 50 })).toHaveLength(5);
    expect(await typing(proof, await rightCode(house, proof))).toEqual({ outcome: 'spent' });
  });

  it('that is no code at all costs no try', async () => {
    const proof = await begun();
    expect(await typing(proof, '12 34')).toEqual({ outcome: 'incomplete' });
    expect((await now(house, proof)).tries).toBe(0);
  });

  it('is good for ten minutes from when the mail went out', async () => {
    const proof = await beginOne(house);
    const code = await rightCode(house, proof);
    expect(await typing(proof, code)).toMatchObject({ outcome: 'wrong' });
    wait(9 * MINUTE);
    await mailOut(house, proof);
    wait(9 * MINUTE);
    expect(await typing(proof, await wrongCode(house, proof))).toEqual({ outcome: 'expired' });
    expect(await typing(proof, code)).toEqual({ outcome: 'proved' });
    const late = await begun();
    wait(10 * MINUTE);
    expect(await typing(late, await rightCode(house, late))).toEqual({ outcome: 'expired' });
  });

  it('of another purpose, proof or browser is refused', async () => {
    const proof = await begun();
    const other = await begun({ email: proof.email });
    expect(await typing(proof, await rightCode(house, proof), 'reset')).toEqual({
      outcome: 'over',
    });
    const code = await rightCode(house, other);
    expect(await typing(proof, code)).toMatchObject({ outcome: 'wrong' });
  });

  it('is dead once a new one was asked for, which has five tries of its own', async () => {
    const proof = await begun();
    const old = await rightCode(house, proof);
    for (let n = 0; n < 5; n += 1) await typing(proof, await wrongCode(house, proof));
    expect(await again(proof)).toEqual({ outcome: 'wait', waitS: 30 });
    wait(30_000);
    expect(await again(proof)).toEqual({ outcome: 'sent' });
    await mailOut(house, proof);
    expect(await typing(proof, old)).toEqual({ outcome: 'wrong', triesLeft: 4 });
    expect(await typing(proof, await rightCode(house, proof))).toEqual({ outcome: 'proved' });
    expect((await mails()).filter(([template]) => template === 'email-verification')).toHaveLength(
      2,
    );
  });
});

it('the waits between mails grow, and of parallel clicks one sends', async () => {
  const proof = await begun();
  const waits: number[] = [];
  for (let n = 0; n < 5; n += 1) {
    const asked = await again(proof);
    const waitS = 'waitS' in asked ? asked.waitS : 0;
    waits.push(waitS);
    wait(waitS * 1000);
    const clicks = await Promise.all(Array.from({ length: 10 }, () => again(proof)));
    expect(clicks.filter(({ outcome }) => outcome === 'sent')).toHaveLength(1);
  }
  expect(waits).toEqual([30, 60, 120, 300, 300]);
});

describe('what is begun', () => {
  it('twice at one page is one proof and one mail', async () => {
    const wish = { email: 'twice@example.com', browser: 'b', uid: 'one page' };
    const proofs = await Promise.all(Array.from({ length: 20 }, () => beginOne(house, wish)));
    const ids = new Set(proofs.map(({ id }) => id));
    expect(ids.size).toBe(1);
    for (const proof of proofs) await mailOut(house, proof);
    expect(await mails()).toEqual([['email-verification', 'twice@example.com', 'sent']]);
  });

  it('for another address at the same page ends what was begun before', async () => {
    const first = await begun({ email: 'typo@example.com', uid: 'page' });
    const second = await begun({ email: 'right@example.com', uid: 'page' });
    expect((await now(house, first)).state).toBe('void');
    expect(await typing(first, await rightCode(house, first))).toEqual({ outcome: 'over' });
    expect(await typing(second, await rightCode(house, second))).toEqual({ outcome: 'proved' });
  });

  it('is over after an hour, and a mail that has not gone out by then is not needed', async () => {
    const proof = await beginOne(house);
    await house.chores['mail-proof']({ proofId: proof.id });
    wait(60 * MINUTE);
    for (const { id } of await house.mails.list({ limit: 5 })) {
      await house.chores['send-mail']({ mailId: id });
    }
    expect(await mails()).toEqual([['email-verification', proof.email, 'lapsed']]);
    expect(await typing(proof, await rightCode(house, proof))).toEqual({ outcome: 'over' });
    expect(await again(proof)).toEqual({ outcome: 'over' });
  });
});

describe('what is mailed', () => {
  it('to an address that somebody has says so to its owner, and no code is right', async () => {
    await person('Known@example.com');
    const proof = await begun({ email: 'known@EXAMPLE.com' });
    expect(await mails()).toEqual([['sign-up-known-address', 'Known@example.com', 'sent']]);
    expect(await typing(proof, await rightCode(house, proof))).toMatchObject({ outcome: 'wrong' });
  });

  it('for a new password goes to who has the address, and to nobody else', async () => {
    await person('forgot@example.com');
    const known = await begun({ email: 'forgot@example.com', purpose: 'reset' });
    const unknown = await begun({ email: 'nobody@example.com', purpose: 'reset' });
    expect(await mails()).toEqual([['password-reset', 'forgot@example.com', 'sent']]);
    const wrong = await typing(unknown, await rightCode(house, unknown));
    expect(wrong).toEqual(await typing(known, await wrongCode(house, known)));
    const [told] = await house.audit.list({ name: 'code-not-sent', limit: 1 });
    expect(told).toMatchObject({ details: { purpose: 'reset', why: 'unknown-person' } });
    expect(await typing(known, await rightCode(house, known))).toEqual({ outcome: 'proved' });
    expect((await now(house, known)).credentialVersion).toBe(1);
  });

  it('to a disabled account is nothing', async () => {
    const id = await person('off@example.com');
    await disableAccount(house, id, { actor: 'cli' });
    for (const purpose of ['sign-up', 'reset'] as const) {
      const proof = await begun({ email: 'off@example.com', purpose });
      expect(await typing(proof, await rightCode(house, proof))).toMatchObject({
        outcome: 'wrong',
      });
    }
    expect(await mails()).toEqual([]);
    const events = await house.audit.list({ name: 'code-not-sent', accountId: id, limit: 5 });
    expect(events.map(({ details }) => details)).toEqual([
      { purpose: 'reset', why: 'disabled' },
      { purpose: 'sign-up', why: 'disabled' },
    ]);
  });

  it('is one mail, however often its job comes', async () => {
    const proof = await beginOne(house);
    await Promise.all(
      Array.from({ length: 10 }, () => house.chores['mail-proof']({ proofId: proof.id })),
    );
    expect(await mails()).toHaveLength(1);
  });

  it('stands nowhere: the outbox names the proof', async () => {
    const proof = await beginOne(house);
    await house.chores['mail-proof']({ proofId: proof.id });
    const [mail] = await house.mails.list({ limit: 2 });
    expect(mail?.facts).toEqual({ proofId: proof.id });
    const kept = JSON.stringify(
      await house.db.addressProof.findUnique({ where: { id: proof.id } }),
    );
    expect(kept).not.toContain(await rightCode(house, proof));
    expect(kept).not.toContain((await linkOf(house, proof)).split('.')[1]);
  });
});

it('proving the address of an account verifies it', async () => {
  const accountId = await person('later@example.com', false);
  const proof = await begun({ email: 'later@example.com', purpose: 'verify', accountId });
  expect((await house.accounts.find(accountId))?.emailVerifiedAt).toBeUndefined();
  expect(await typing(proof, await rightCode(house, proof))).toEqual({ outcome: 'proved' });
  expect((await house.accounts.find(accountId))?.emailVerifiedAt).toEqual(house.now());
});

describe('a link', () => {
  it('leads the browser that began back, and tells others no way', async () => {
    const proof = await begun({ browser: 'mine', uid: 'my page' });
    expect((await opened(proof, 'mine')).uid).toBe('my page');
    expect((await opened(proof, 'yours')).uid).toBeUndefined();
    expect((await opened(proof)).uid).toBeUndefined();
    expect((await now(house, proof)).state).toBe('pending');
  });

  it('is none where anything of it is changed', async () => {
    const proof = await begun();
    const handle = await linkOf(house, proof);
    const bad = ['', 'x', `${handle}x`, handle.slice(0, -1), handle.replace('.', ''), `.${handle}`];
    for (const one of bad) {
      const link = await readLink(house, { handle: one, purposes: ['sign-up'] });
      expect(link).toBeUndefined();
    }
    expect(await readLink(house, { handle, purposes: ['reset'] })).toBeUndefined();
  });

  it('proves once, here or elsewhere', async () => {
    const proof = await begun();
    const link = await opened(proof);
    const number = numberOf(keyOf(house), proof);
    const answers = await Promise.all([
      ...Array.from({ length: 10 }, () => confirmHere(house, link, PERSON)),
      ...Array.from({ length: 10 }, () =>
        confirmElsewhere(house, link, { number, circumstances: PERSON }),
      ),
    ]);
    expect(answers.filter((one) => one === true || one === 'proved')).toHaveLength(1);
    expect(answers.filter((one) => one === false || one === 'over')).toHaveLength(19);
  });

  it('with a wrong number is dead for ever, the right one and the code included', async () => {
    const proof = await begun();
    const link = await opened(proof);
    const right = numberOf(keyOf(house), proof);
    const wrong = right === '10' ? '11' : '10';
    const said = (number: string) =>
      confirmElsewhere(house, link, { number, circumstances: PERSON });
    const answers = await Promise.all(Array.from({ length: 10 }, () => said(wrong)));
    expect(answers.filter((one) => one === 'wrong-number')).toHaveLength(1);
    expect(await said(right)).toBe('over');
    expect((await opened(proof)).standing).toBe('void');
    expect(await typing(proof, await rightCode(house, proof))).toEqual({ outcome: 'over' });
  });

  it('that was not asked for is stopped by who gets it', async () => {
    const proof = await begun();
    expect(await voidProof(house, await now(house, proof), 'not-me', PERSON)).toBe(true);
    expect(await confirmHere(house, await opened(proof), PERSON)).toBe(false);
    expect(await again(proof)).toEqual({ outcome: 'over' });
  });

  it('is taken over by one browser, and the first tab is left behind', async () => {
    const proof = await begun();
    const link = await opened(proof);
    // Each of the browsers clicks twice.
    const taken = await Promise.all(
      Array.from({ length: 20 }, (_, one) => {
        const browser = `browser ${one % 10}`;
        return takeOver(house, link.proof, { browser, clientId: 'gatehouse' }, PERSON);
      }),
    );
    const [own, twice, ...more] = taken.filter((one) => one !== undefined);
    expect(more).toEqual([]);
    expect(twice).toEqual(own);
    expect(await house.audit.list({ name: 'proof-taken-over', limit: 9 })).toHaveLength(1);
    expect(own).toMatchObject({ state: 'proved', email: proof.email });
    expect(own?.interactionSeal).toBeUndefined();
    expect((await now(house, proof)).state).toBe('taken-over');
    expect(await typing(proof, await rightCode(house, proof))).toEqual({ outcome: 'over' });
  });

  it('expires with its code, and dies with a new one', async () => {
    const proof = await begun();
    const handle = await linkOf(house, proof);
    wait(10 * MINUTE);
    expect((await opened(proof)).standing).toBe('expired');
    await again(proof);
    expect(await readLink(house, { handle, purposes: ['sign-up'] })).toBeUndefined();
  });
});

it('what is proved is used once', async () => {
  const proof = await begun();
  expect(await house.proofs.use(proof.id, house.now())).toBeUndefined();
  await typing(proof, await rightCode(house, proof));
  const uses = await Promise.all(
    Array.from({ length: 20 }, () => house.proofs.use(proof.id, house.now())),
  );
  expect(uses.filter(Boolean)).toHaveLength(1);
});

describe('what is counted by address', () => {
  let counted: Limited;
  beforeAll(async () => {
    counted = await limited();
  });
  afterAll(() => counted.close());

  it('is three mails of strangers an hour, and a double click counts once', async () => {
    const email = 'flooded@example.com';
    const page = { email, uid: 'page', browser: 'b' };
    await Promise.all([beginOne(counted, page), beginOne(counted, page)]);
    await beginOne(counted, { email });
    await beginOne(counted, { email: 'Flooded@Example.com' });
    await expect(beginOne(counted, { email })).rejects.toThrow('wait');
    await beginOne(counted, { email: 'other@example.com' });
  });

  it('is twenty wrong codes of strangers a day, whichever proof they are typed for', async () => {
    const email = 'guessed@example.com';
    const type = async (proof: AddressProof, typed: string) =>
      tryCode(counted, { id: proof.id, purpose: 'sign-up', typed, visitor: VISITOR }, PERSON);
    const proofs = [await beginOne(counted, { email }), await beginOne(counted, { email })];
    const outcomes: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      for (const proof of proofs) {
        const wrong = await wrongCode(counted, proof);
        for (let n = 0; n < 5; n += 1) outcomes.push((await type(proof, wrong)).outcome);
        await counted.db.addressProof.update({ where: { id: proof.id }, data: { tries: 0 } });
      }
    }
    expect(outcomes.slice(0, 20)).not.toContain('wait');
    expect(new Set(outcomes.slice(20))).toEqual(new Set(['wait']));
  });

  it('is no right code, and nothing that was not looked at', async () => {
    const proof = await beginOne(counted, { email: 'right@example.com' });
    await mailOut(counted, proof);
    const code = await rightCode(counted, proof);
    const type = () =>
      tryCode(counted, { id: proof.id, purpose: 'sign-up', typed: code, visitor: VISITOR }, PERSON);
    for (let n = 0; n < 40; n += 1) expect(await type()).toEqual({ outcome: 'proved' });
  });
});

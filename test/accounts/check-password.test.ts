import { checkPassword } from '../../src/accounts/check-password.ts';
import { disableAccount } from '../../src/accounts/disable-account.ts';
import { argon2Hasher } from '../../src/passwords/argon2-hasher.ts';
import { TooBusy } from '../../src/passwords/hasher.ts';
import { CHEAP, type People, openPeople, always } from '../support/accounts.ts';

const PASSWORD = 'correct horse battery';

let people: People;
let id: string;
beforeAll(async () => {
  people = await openPeople();
  id = await people.invite({ email: 'Ada@example.com', username: 'Ada', password: PASSWORD });
  await people.invite({ email: 'passwordless@example.com' });
  const disabled = await people.invite({ email: 'disabled@example.com', password: PASSWORD });
  await disableAccount(people, disabled, { actor: 'cli' });
});
afterAll(() => people.close());

const check = (identifier: string, password: string) =>
  checkPassword(people, { identifier, password }, always);

it.each(['ada@example.com', ' ADA@EXAMPLE.com', 'ada', 'ADA', 'ａｄａ'])(
  'knows Ada as %j',
  async (identifier) => {
    expect(await check(identifier, PASSWORD)).toMatchObject({ outcome: 'right', account: { id } });
  },
);

it.each([
  ['ada@example.com', 'correct horse batter', 'wrong-password'],
  ['ada@example.com', '', 'wrong-password'],
  ['ada@example.com', `${PASSWORD}\0`, 'wrong-password'],
  ['ada@example.com', 'x'.repeat(50_000), 'wrong-password'],
  ['passwordless@example.com', PASSWORD, 'wrong-password'],
  ['passwordless@example.com', '', 'wrong-password'],
  ['disabled@example.com', PASSWORD, 'disabled'],
  ['disabled@example.com', 'another password', 'wrong-password'],
  ['stranger@example.com', PASSWORD, 'unknown-person'],
  ['stranger', PASSWORD, 'unknown-person'],
  ['\0', PASSWORD, 'unknown-person'],
  ['', PASSWORD, 'unknown-person'],
  ["' OR 1=1 --", PASSWORD, 'unknown-person'],
])('lets nobody in as %j with %j', async (identifier, password, why) => {
  expect(await check(identifier, password)).toMatchObject({ outcome: 'wrong', why });
});

describe('costs the same whoever is asked for', () => {
  const asked = [
    ['ada@example.com', 'wrong password'],
    ['passwordless@example.com', PASSWORD],
    ['disabled@example.com', PASSWORD],
    ['disabled@example.com', 'wrong password'],
    ['stranger@example.com', PASSWORD],
    ['ada@example.com', `${PASSWORD}\0`],
  ] as const;

  it.each(asked)('one look-up and one hash: %j, %j', async (identifier, password) => {
    const calls: string[] = [];
    const counted: Parameters<typeof checkPassword>[0] = {
      accounts: {
        findByEmail: (...args) => (calls.push('look'), people.accounts.findByEmail(...args)),
        findByUsername: (...args) => (calls.push('look'), people.accounts.findByUsername(...args)),
        strengthenHash: () => Promise.reject(new Error('not asked for')),
      },
      hasher: {
        ...people.hasher,
        verify: (...args) => (calls.push('hash'), people.hasher.verify(...args)),
      },
    };
    await checkPassword(counted, { identifier, password }, always);
    expect(calls).toEqual(['look', 'hash']);
  });

  it('the time is close, with real parameters', async () => {
    const real = { ...people, hasher: argon2Hasher({ atOnce: 1 }) };
    await people.invite({ email: 'timed@example.com', password: PASSWORD });
    await checkPassword(real, { identifier: 'timed@example.com', password: PASSWORD }, always);
    const spent: Record<string, number[]> = { 'timed@example.com': [], 'nobody@example.com': [] };
    for (let round = 0; round < 60; round += 1) {
      for (const [identifier, times] of Object.entries(spent)) {
        const startedAt = performance.now();
        await checkPassword(real, { identifier, password: 'wrong password' }, always);
        times.push(performance.now() - startedAt);
      }
    }
    const [known = 0, unknown = 0] = Object.values(spent).map(median);
    expect(known / unknown).toBeGreaterThan(0.8);
    expect(known / unknown).toBeLessThan(1.25);
  });
});

function median(times: number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}

describe('when the parameters have grown', () => {
  const STRONGER = { ...CHEAP, timeCost: 3 };

  it('ten sign-ins at once leave one new hash of the same password, and void nothing', async () => {
    await people.invite({ email: 'grown@example.com', password: PASSWORD });
    const deps = { ...people, hasher: argon2Hasher({ atOnce: 2, parameters: STRONGER }) };
    const sign = () =>
      checkPassword(deps, { identifier: 'grown@example.com', password: PASSWORD }, always);
    const outcomes = await Promise.all(Array.from({ length: 10 }, sign));
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['right']));

    const hash = await hashOf('grown@example.com');
    expect(hash).toContain('m=1024,p=1,t=3');
    expect(await sign()).toMatchObject({
      outcome: 'right',
      account: { credentialVersion: 1, signOutVersion: 1 },
    });
    expect(await hashOf('grown@example.com')).toBe(hash);
  });

  it('a wrong password changes no hash', async () => {
    await people.invite({ email: 'same@example.com', password: PASSWORD });
    const hash = await hashOf('same@example.com');
    const deps = { ...people, hasher: argon2Hasher({ atOnce: 2, parameters: STRONGER }) };
    await checkPassword(
      deps,
      { identifier: 'same@example.com', password: 'wrong password' },
      always,
    );
    expect(await hashOf('same@example.com')).toBe(hash);
  });

  it('somebody who set a new password meanwhile keeps it', async () => {
    const who = await people.invite({ email: 'late@example.com', password: PASSWORD });
    const old = (await hashOf('late@example.com')) ?? '';
    const newer = await people.hasher.hash('a new password');
    expect(await people.accounts.changePassword(who, newer, 1)).toBe(true);
    await people.accounts.strengthenHash(who, old, await people.hasher.hash(PASSWORD));
    expect(await hashOf('late@example.com')).toBe(newer);
  });

  it('a busy machine signs in and makes the hash stronger another time', async () => {
    await people.invite({ email: 'busy@example.com', password: PASSWORD });
    const hasher = {
      ...people.hasher,
      isOutdated: () => true,
      hash: () => Promise.reject(new TooBusy(3)),
    };
    const outcome = await checkPassword(
      { ...people, hasher },
      { identifier: 'busy@example.com', password: PASSWORD },
      always,
    );
    expect(outcome.outcome).toBe('right');
  });
});

async function hashOf(email: string): Promise<string | undefined> {
  return (await people.accounts.findByEmail(email))?.passwordHash;
}

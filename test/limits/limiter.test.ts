import { randomBytes } from 'node:crypto';
import { budgetsWith } from '../../src/limits/budgets.ts';
import type { Counters } from '../../src/limits/counters.ts';
import { type Asked, openLimiter } from '../../src/limits/limiter.ts';
import { localCounters } from '../../src/limits/local-counters.ts';
import { originOf } from '../../src/limits/origin.ts';
import { StoreAway } from '../../src/transactions/store-away.ts';

const account = (of: string): Asked => ({ budget: 'passwords-per-account', of });
const mails = (stranger: boolean): Asked[] => [
  { budget: 'mails-per-address', of: 'you@example.com', stranger },
];
const origin = (of: string): Asked => ({ budget: 'passwords-per-origin', of });

function limiter(counters: Counters = localCounters()) {
  const clock = { now: new Date() };
  const key = randomBytes(32);
  const opened = openLimiter({ counters, budgets: budgetsWith(), key, now: () => clock.now });
  const admitted = async (asked: Asked[], times: number) => {
    const all = await Promise.all(Array.from({ length: times }, () => opened.admit(asked)));
    return all.filter((one) => one.admitted).length;
  };
  return { ...opened, admitted, clock };
}

describe('a limiter', () => {
  it('admits as many as the narrowest budget has, and leaves the others what was not used', async () => {
    const { admit, admitted } = limiter();
    expect(await admitted([account('a'), origin('here')], 100)).toBe(10);
    expect(await admitted([origin('here')], 100)).toBe(90);
    const refused = await admit([account('b'), origin('here')]);
    expect(refused).toMatchObject({ admitted: false, budget: 'passwords-per-origin', waitS: 3600 });
    // What was taken before the refusal was put back.
    expect(await admitted([account('b')], 20)).toBe(10);
  });

  it('says which budget was spent, once', async () => {
    const { admit } = limiter();
    const all = await Promise.all(Array.from({ length: 30 }, () => admit([account('a')])));
    expect(all.flatMap((one) => (one.admitted ? one.spent : []))).toEqual([
      'passwords-per-account',
    ]);
  });

  it('puts back what was no failure', async () => {
    const { admit, admitted } = limiter();
    for (let i = 0; i < 50; i += 1) {
      const one = await admit([account('a'), origin('here')]);
      if (one.admitted) await one.giveBack();
    }
    expect(await admitted([account('a')], 20)).toBe(10);
    expect(await admitted([origin('here')], 200)).toBe(100);
  });

  it('shows its store neither whom nor what it counts', async () => {
    const keys: string[] = [];
    const local = localCounters();
    const { admit } = limiter({
      ...local,
      take: (asked, at) => (keys.push(...asked.map(({ key }) => key)), local.take(asked, at)),
    });
    await admit([account('my password'), origin('my password')]);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(2);
    expect(keys.join()).not.toContain('my password');
  });
});

describe('while the store of the counters is away', () => {
  const away: Counters = {
    take: () => Promise.reject(new StoreAway()),
    giveBack: () => Promise.reject(new StoreAway()),
  };

  it('every process counts by itself, more strictly, for as long', async () => {
    const { admit, admitted, clock } = limiter(away);
    expect(await admitted([account('a')], 100)).toBe(2);
    expect(await admitted([origin('here')], 100)).toBe(25);
    expect(await admit([account('a')])).toMatchObject({ admitted: false, waitS: 900 });
    clock.now = new Date(clock.now.getTime() + 900_000);
    expect(await admitted([account('a')], 100)).toBe(2);
  });

  it('strangers still leave something to browsers that are known', async () => {
    const { admitted } = limiter(away);
    expect(await admitted(mails(true), 10)).toBe(1);
    expect(await admitted(mails(false), 10)).toBe(1);
  });

  it('what cannot be put back is no fault', async () => {
    const broken: Counters = {
      ...localCounters(),
      giveBack: () => Promise.reject(new StoreAway()),
    };
    const one = await limiter(broken).admit([account('a')]);
    await expect(one.admitted && one.giveBack()).resolves.toBeUndefined();
  });

  it('a fault of another kind is not taken for it', async () => {
    const wrong = { ...away, take: () => Promise.reject(new TypeError('a bug')) };
    await expect(limiter(wrong).admit([account('a')])).rejects.toThrow('a bug');
  });
});

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:DB8:0:0:ffff:1:2:3', '2001:db8:0:0::/64'],
  ['2001:db8:0:1::1', '2001:db8:0:1::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['1:2:3:4:5:6:192.0.2.7', '1:2:3:4::/64'],
  ['no address', 'no address'],
])('%s comes from %s', (address, expected) => {
  expect(originOf(address)).toBe(expected);
});

import { randomUUID } from 'node:crypto';
import type { Budget } from '../../src/limits/budgets.ts';
import type { Counted, Counters, Take } from '../../src/limits/counters.ts';

const TEN: Budget = { most: 10, withinS: 900, longest: 4 };
const START = Date.now();
const at = (seconds: number) => new Date(START + seconds * 1000);
const taken = (takes: Take[]) => takes.filter((take) => take.taken).length;

const counted = (key: string, budget = TEN): Counted => ({ key, budget, needed: true });

async function takeOne(from: Counters, key: string, budget: Budget, when: Date): Promise<Take> {
  const takes = await from.take([counted(key, budget)], when);
  const [take] = takes.taken ? takes.takes : [{ taken: false as const, until: takes.until }];
  if (!take) throw new Error('whoever asks for one is answered about one');
  return take;
}

interface Opened {
  /** Several ways to one store: other processes. */
  doors: Counters[];
  close(): Promise<void>;
}

/** What every keeper of counters is held to. */
export function countersConformance(name: string, open: () => Promise<Opened>): void {
  describe(`counters in ${name}`, () => {
    let opened: Opened;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());

    const door = (i = 0): Counters => {
      const found = opened.doors[i % opened.doors.length];
      if (!found) throw new Error('there is no door');
      return found;
    };
    const spend = (key: string, times: number, seconds: number, budget = TEN) =>
      Promise.all(
        Array.from({ length: times }, (_, i) => takeOne(door(i), key, budget, at(seconds))),
      );

    it('give exactly as many as there are to any number of parallel callers', async () => {
      for (let round = 0; round < 5; round += 1) {
        const takes = await spend(randomUUID(), 100, 0);
        expect(taken(takes)).toBe(10);
        expect(takes.filter((take) => take.taken && take.spent)).toHaveLength(1);
      }
    });

    it('open again as long after the last one, not before, and as exactly', async () => {
      const key = randomUUID();
      await spend(key, 9, 0);
      await spend(key, 1, 100);
      const refused = await takeOne(door(), key, TEN, at(100));
      expect(refused).toEqual({ taken: false, until: at(1000) });
      expect(taken(await spend(key, 5, 999.999))).toBe(0);
      expect(taken(await spend(key, 50, 1000))).toBe(10);
    });

    it('begin anew once the time has passed, where some were left', async () => {
      const key = randomUUID();
      await spend(key, 9, 0);
      expect(taken(await spend(key, 20, 900))).toBe(10);
    });

    it('let whoever spends them again wait longer, up to the longest, and forget it', async () => {
      const key = randomUUID();
      let now = 0;
      const waits: number[] = [];
      for (let round = 0; round < 5; round += 1) {
        await spend(key, 10, now);
        const refused = await takeOne(door(), key, TEN, at(now));
        const until = refused.taken ? 0 : (refused.until.getTime() - START) / 1000;
        waits.push((until - now) / 900);
        now = until;
      }
      expect(waits).toEqual([1, 2, 4, 4, 4]);
      now += 9 * 900;
      await spend(key, 10, now);
      expect(await takeOne(door(), key, TEN, at(now))).toMatchObject({ until: at(now + 900) });
    });

    it('are not made to wait longer by those who keep trying', async () => {
      const key = randomUUID();
      await spend(key, 10, 0);
      await spend(key, 50, 899);
      expect(taken(await spend(key, 1, 900))).toBe(1);
    });

    it('take back what was given, in its own window alone', async () => {
      const key = randomUUID();
      const [first] = await spend(key, 10, 0);
      if (!first?.taken) throw new Error('the first is given');
      await door(1).giveBack([{ key, startedAt: first.startedAt }]);
      expect(taken(await spend(key, 20, 1))).toBe(1);
      expect(taken(await spend(key, 20, 901))).toBe(10);
      await door(1).giveBack([{ key, startedAt: first.startedAt }]);
      expect(taken(await spend(key, 20, 902))).toBe(0);
      await door().giveBack([{ key: randomUUID(), startedAt: at(0) }]);
    });

    it('give no more to callers whose clocks differ', async () => {
      const key = randomUUID();
      await spend(key, 1, 0);
      const early = Array.from({ length: 50 }, () => takeOne(door(0), key, TEN, at(0)));
      const late = Array.from({ length: 50 }, () => takeOne(door(1), key, TEN, at(4000)));
      // Those that came before the first late one belong to the window before.
      expect(taken(await Promise.all([...early, ...late]))).toBeLessThanOrEqual(19);
      expect(taken(await spend(key, 50, 0))).toBe(0);
      expect(taken(await spend(key, 50, 4000))).toBe(0);
    });

    it('know a budget of one', async () => {
      const one = { most: 1, withinS: 60, longest: 1 };
      const key = randomUUID();
      const takes = await spend(key, 20, 0, one);
      expect(taken(takes)).toBe(1);
      expect(await takeOne(door(), key, one, at(1))).toEqual({ taken: false, until: at(60) });
    });

    it('give one of each or none of any, and say which was refused', async () => {
      const [narrow, wide] = [randomUUID(), randomUUID()];
      const hundred = { ...TEN, most: 100 };
      const both = [counted(wide, hundred), counted(narrow)];
      const all = await Promise.all(
        Array.from({ length: 40 }, (_, i) => door(i).take(both, at(0))),
      );
      expect(all.filter((takes) => takes.taken)).toHaveLength(10);
      expect(all.find((takes) => !takes.taken)).toMatchObject({ refused: 1, until: at(900) });
      expect(taken(await spend(wide, 120, 1, hundred))).toBe(90);
    });

    it('give the others where one is spent that is not needed, and take back what was given', async () => {
      const [spentOne, other] = [randomUUID(), randomUUID()];
      await spend(spentOne, 10, 0);
      const asked = [counted(other), { ...counted(spentOne), needed: false }];
      const takes = await door().take(asked, at(1));
      expect(takes).toEqual({
        taken: true,
        takes: [
          { taken: true, startedAt: at(1), spent: false },
          { taken: false, until: at(900) },
        ],
      });
      await door(1).giveBack([
        { key: other, startedAt: at(1) },
        { key: spentOne, startedAt: at(0) },
      ]);
      expect(taken(await spend(other, 20, 2))).toBe(10);
      expect(taken(await spend(spentOne, 20, 2))).toBe(1);
    });

    it('count everybody apart', async () => {
      await spend('a', 10, 0);
      expect(taken(await spend('b', 1, 0))).toBe(1);
    });
  });
}

import { measure } from './measure.ts';
import type { Call } from './record.ts';

/** One request a tenth of a second, for two minutes; hurt at 30 s, healed at 60 s. */
const TIMES = { hurtAt: 30_000, healedAt: 60_000, stoppedAt: 120_000 };

const callsWith = (change: (startedAt: number) => Partial<Call>): Call[] =>
  Array.from({ length: 1200 }, (_, i) => ({
    kind: 'me',
    what: 'GET /me',
    startedAt: i * 100,
    endedAt: i * 100 + 20,
    status: 200,
    saysWhen: true,
    of: undefined,
    seen: [],
    ...change(i * 100),
  }));

it('counts what failed from the fault to the recovery, and tells the rest apart', () => {
  const failing = [10_000, 40_000, 40_100, 61_500, 100_000];
  const seen = measure(
    callsWith((at) => (failing.includes(at) ? { status: 503 } : {})),
    TIMES,
  );
  expect(seen).toMatchObject({ errors: 3, calls: 1200 });
  expect(seen.stray.map(({ startedAt }) => startedAt)).toEqual([10_000, 100_000]);
  expect(seen.recoveryMs).toBeGreaterThan(1500);
  expect(seen.recoveryMs).toBeLessThan(1700);
});

const slow = (from: number, to: number) =>
  measure(
    callsWith((at) => (at >= from && at < to ? { endedAt: at + 5000 } : {})),
    TIMES,
  );

it('takes slow answers for no recovery', () => {
  expect(slow(60_000, 66_000).recoveryMs).toBeGreaterThan(5500);
  expect(slow(60_000, 120_000).recoveryMs).toBeUndefined();
  expect(slow(40_000, 41_000)).toMatchObject({ longestMs: 5000, recoveryMs: 0 });
});

it('sees an answer that does not say when to come back', () => {
  const { curt } = measure(
    callsWith((at) => (at === 40_000 ? { status: 503, saysWhen: false } : {})),
    TIMES,
  );
  expect(curt).toHaveLength(1);
});

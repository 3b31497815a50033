import { median, separation, slopeOf } from './statistics.ts';

it('the median is in the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

it('lists that are alike cannot be told apart, others can', () => {
  const list = Array.from({ length: 100 }, (_, i) => i);
  expect(separation(list, list)).toBe(0.5);
  expect(separation([5, 5, 5], [5, 5])).toBe(0.5);
  expect(separation([3, 4], [1, 2])).toBe(1);
  expect(separation([1, 2], [3, 4])).toBe(0);
  expect(separation([1, 3], [2])).toBe(0.5);
});

it('a line is found again, and told how sure that is', () => {
  expect(slopeOf(line([0, 0, 0, 0]))).toEqual({ slope: 3, error: 0 });
  const { slope, error } = slopeOf(line([1, -1, -1, 1, 1, -1, -1, 1]));
  expect(slope).toBeCloseTo(3);
  expect(error).toBeGreaterThan(0.1);
});

const line = (bumps: number[]) => bumps.map((bump, x) => ({ x, y: 3 * x + 5 + bump }));

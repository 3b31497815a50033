export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = 0, high = 0] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}

/**
 * How often a value of the first list is greater than one of the second (Mann-Whitney): 0.5 where nobody could tell them
 * apart, 0 or 1 where everybody can.
 */
export function separation(first: readonly number[], second: readonly number[]): number {
  const all = [
    ...first.map((value) => ({ value, own: true })),
    ...second.map((value) => ({ value, own: false })),
  ].toSorted((a, b) => a.value - b.value);
  let ranks = 0;
  for (let from = 0, to = 0; from < all.length; from = to) {
    while (to < all.length && all[to]?.value === all[from]?.value) to += 1;
    // Equal values share their ranks.
    const own = all.slice(from, to).filter((one) => one.own).length;
    ranks += own * ((from + 1 + to) / 2);
  }
  return (ranks - (first.length * (first.length + 1)) / 2) / (first.length * second.length);
}

export interface Slope {
  /** Of y for each unit of x. */
  slope: number;
  /** Its standard error: how much of it may be chance. */
  error: number;
}

/** The straight line through the points by least squares. */
export function slopeOf(points: readonly { x: number; y: number }[]): Slope {
  const mean = (axis: 'x' | 'y') =>
    points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [x0, y0] = [mean('x'), mean('y')];
  const spread = points.reduce((sum, { x }) => sum + (x - x0) ** 2, 0);
  const slope = points.reduce((sum, { x, y }) => sum + (x - x0) * (y - y0), 0) / spread;
  const missed = points.reduce((sum, { x, y }) => sum + (y - y0 - slope * (x - x0)) ** 2, 0);
  return { slope, error: Math.sqrt(missed / (points.length - 2) / spread) };
}

const FIRST_S = 2;
const LONGEST_S = 15 * 60;

/**
 * When something is tried again that could not be done for now: after a tenth of the time that it has waited. A server
 * that was away for ten minutes has all of it within another one. Spread out, so that what failed together does not
 * come back together. Undefined when it was tried for long enough.
 */
export function nextTryInS(
  ageS: number,
  triedForS: number,
  random = Math.random(),
): number | undefined {
  if (ageS >= triedForS) return undefined;
  const longest = Math.min(Math.max(ageS / 10, FIRST_S), LONGEST_S);
  return Math.max(1, Math.round(longest * (0.5 + random / 2)));
}

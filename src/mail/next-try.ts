const FIRST_S = 2;
const LONGEST_S = 15 * 60;
/** Then a mail has failed for ever. */
const TRIED_FOR_S = 24 * 3600;

/**
 * When a mail is tried again that could not be sent for now: after a tenth of the time that it has waited. A server
 * that was away for ten minutes has every mail within another one. Spread out, so that mails that failed together do
 * not come back together.
 */
export function nextTryInS(ageS: number, random = Math.random()): number | undefined {
  if (ageS >= TRIED_FOR_S) return undefined;
  const longest = Math.min(Math.max(ageS / 10, FIRST_S), LONGEST_S);
  return Math.max(1, Math.round(longest * (0.5 + random / 2)));
}

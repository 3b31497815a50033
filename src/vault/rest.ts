/** After a new login that a refusal led to, the next such one waits: longer each time, where a login gave a token. */
const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 60_000;

/** Never a loop: a token that is refused again soon after a new login is not replaced at once. */
export function resting(now: () => number) {
  let until = -Infinity;
  let pauseMs = FIRST_REST_MS;
  let criedAt = -Infinity;
  return {
    isOn: () => now() < until,
    begin() {
      const calm = now() - until > LONGEST_REST_MS;
      pauseMs = calm ? FIRST_REST_MS : Math.min(pauseMs * 2, LONGEST_REST_MS);
      until = now() + pauseMs;
    },
    /** That login failed: it left no token behind in Vault, and may succeed as soon as Vault lets it. */
    wasInVain() {
      pauseMs = FIRST_REST_MS;
      until = now() + pauseMs;
    },
    /** Once a minute is often enough for those who read the log. */
    mayCry() {
      if (now() - criedAt < LONGEST_REST_MS) return false;
      criedAt = now();
      return true;
    },
  };
}

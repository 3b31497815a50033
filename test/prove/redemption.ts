import { type Arena, type Backend, openArena } from './arena.ts';
import type { Row } from './table.ts';

const TRIALS = 100;
const CALLERS = 20;

/** One code, twenty callers at once, two processes: one winner, all others `invalid_grant`. */
export async function redemption(backend: Backend): Promise<Row> {
  const arena = await openArena(backend);
  const tally = { oneWinner: 0, slowestMs: 0 };
  for (let trial = 0; trial < TRIALS; trial += 1) {
    const code = await arena.code();
    const started = performance.now();
    const answers = await atOnce((caller) => arena.redeem(code, caller));
    tally.slowestMs = Math.max(tally.slowestMs, performance.now() - started);
    const won = answers.filter(({ status }) => status === 200);
    const lost = answers.filter((answer) => answer.json()['error'] === 'invalid_grant');
    if (won.length === 1 && lost.length === CALLERS - 1) tally.oneWinner += 1;
  }
  await arena.close();
  return {
    proof: `code redeemed by ${CALLERS} at once, ${backend}`,
    expected: `${TRIALS} of ${TRIALS} trials with one winner`,
    seen: `${tally.oneWinner} of ${TRIALS}; slowest storm ${Math.round(tally.slowestMs)} ms`,
    holds: tally.oneWinner === TRIALS,
  };
}

/** One refresh token, twenty callers at once, two processes: all answered, with one and the same usable successor. */
export async function refresh(backend: Backend): Promise<Row> {
  const arena = await openArena(backend);
  let token = String((await arena.redeem(await arena.code(), 0)).json()['refresh_token']);
  const tally = { good: 0, slowestMs: 0 };
  for (let trial = 0; trial < TRIALS; trial += 1) {
    const started = performance.now();
    const answers = await atOnce((caller) => arena.refresh(token, caller));
    tally.slowestMs = Math.max(tally.slowestMs, performance.now() - started);
    const pairs = new Set(answers.map((answer) => pairOf(answer.json())));
    const served = answers.every(({ status }) => status === 200);
    if (served && pairs.size === 1 && (await isUsable(arena, answers[0]?.json()))) tally.good += 1;
    token = String(answers[0]?.json()['refresh_token']);
  }
  await arena.close();
  return {
    proof: `refresh token used by ${CALLERS} at once, ${backend}`,
    expected: `${TRIALS} of ${TRIALS} trials: all answered 200, one usable successor`,
    seen: `${tally.good} of ${TRIALS}; slowest storm ${Math.round(tally.slowestMs)} ms`,
    holds: tally.good === TRIALS,
  };
}

const atOnce = <T>(call: (caller: number) => Promise<T>) =>
  Promise.all(Array.from({ length: CALLERS }, (_, caller) => call(caller)));

const pairOf = ({ access_token, refresh_token }: Record<string, unknown>) =>
  JSON.stringify([access_token, refresh_token]);

async function isUsable(arena: Arena, answer: Record<string, unknown> = {}): Promise<boolean> {
  return (await arena.me(String(answer['access_token']))).status === 200;
}

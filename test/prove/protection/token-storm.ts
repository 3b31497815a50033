import type { Row } from '../table.ts';
import { openArena } from '../arena.ts';
import { WIDE } from '../wide-budgets.ts';
import { openQuestions } from './questions.ts';
import { stormFromOutside } from './storm-process.ts';
import { allTimes, closedLoop, countOf, inWords, percentile, steadyLoad } from './steady-load.ts';

const CALLERS = 300;

/** Hundreds who ask for tokens as fast as they are answered leave pages quick, and none of them waits long. */
export async function tokenStorm(seconds = 15): Promise<Row[]> {
  const arena = await openArena('redis', { GATEHOUSE_BUDGETS: WIDE }, { servers: 1 });
  try {
    const questions = await openQuestions(arena);
    await closedLoop(16, 3, questions.clientCredentials);
    const others = [steadyLoad(10, questions.page), steadyLoad(10, questions.jwks)];
    const question = questions.clientCredentials();
    const stormed = await stormFromOutside({ question, callers: CALLERS, seconds });
    const [page, jwks] = await Promise.all(others.map((load) => load.stop()));
    if (!page || !jwks) throw new Error('Nothing was seen.');
    const well = [page, jwks].every((seen) => countOf(seen, 200) === allTimes(seen).length);
    const slowest = Math.max(...[page, jwks].map((seen) => percentile(allTimes(seen), 0.99)));
    return [
      {
        proof: `${CALLERS} ask for tokens as fast as they can for ${seconds} s: pages and /jwks`,
        expected: 'p99 of 500 ms at most, each answered 200',
        seen: `the page to sign in: ${inWords(page)}; /jwks: ${inWords(jwks)}`,
        holds: well && slowest <= 500,
      },
      {
        proof: 'the tokens meanwhile',
        expected: 'each answered, 200 or 503, p99 of 2 s at most',
        seen: `${(countOf(stormed, 200) / seconds).toFixed(0)}/s issued; ${inWords(stormed)}`,
        holds: countOf(stormed, 0) === 0 && percentile(allTimes(stormed), 0.99) <= 2000,
      },
    ];
  } finally {
    await arena.close();
  }
}

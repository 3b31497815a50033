import { setTimeout as pause } from 'node:timers/promises';
import { argon2Hasher, hashesAtOnce } from '../../../src/passwords/argon2-hasher.ts';
import type { Row } from '../table.ts';
import { openArena } from '../arena.ts';
import { WIDE } from '../wide-budgets.ts';
import { type Questions, openQuestions } from './questions.ts';
import {
  type Seen,
  allTimes,
  ask,
  closedLoop,
  countOf,
  inWords,
  percentile,
  steadyLoad,
} from './steady-load.ts';

const HASHED = 400;
const STORM = 300;

/** Three hundred sign-ins a second, many times what two cores can hash: those who want something else notice little. */
export async function signInStorm(seconds = 60): Promise<Row[]> {
  const arena = await openArena('redis', { GATEHOUSE_BUDGETS: WIDE }, { servers: 1 });
  try {
    const questions = await openQuestions(arena);
    const bareRate = await hashesASecond(3);
    await closedLoop(8, 3, questions.signIn);
    const alone = await closedLoop(8, 8, questions.signIn);
    const ceiling = countOf(alone, HASHED) / 8;

    const others = honest(questions);
    const storm = steadyLoad(STORM, questions.signIn);
    await pause(seconds * 1000);
    const [stormed, ...meanwhile] = await Promise.all([storm.stop(), ...others.map(stopOne)]);
    const recoveredMs = await untilUsual(questions);
    return rowsOf({ seconds, ceiling, bareRate, stormed, meanwhile, recoveredMs });
  } finally {
    await arena.close();
  }
}

const NAMES = ['client credentials', '/me', 'the page to sign in', '/jwks', '/health/ready'];

const honest = (questions: Questions) => [
  steadyLoad(20, questions.clientCredentials),
  steadyLoad(20, questions.me),
  steadyLoad(5, questions.page),
  steadyLoad(5, questions.jwks),
  steadyLoad(2, questions.ready),
];

const stopOne = (load: { stop(): Promise<Seen> }) => load.stop();

/** What the machine gives while nobody else wants anything, as many at a time as the server hashes. */
async function hashesASecond(seconds: number): Promise<number> {
  const atOnce = hashesAtOnce(1);
  const hasher = argon2Hasher({ atOnce });
  let done = 0;
  const began = performance.now();
  const one = async () => {
    while (performance.now() - began < seconds * 1000) {
      await hasher.verify('a password', undefined);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return done / ((performance.now() - began) / 1000);
}

/** Until a sign-in is answered as if nothing had been. */
async function untilUsual(questions: Questions): Promise<number> {
  const ended = performance.now();
  for (;;) {
    const from = performance.now();
    const status = await ask(questions.signIn());
    if (status === HASHED && performance.now() - from < 300) return performance.now() - ended;
    if (performance.now() - ended > 30_000) return Infinity;
  }
}

interface Figures {
  seconds: number;
  ceiling: number;
  bareRate: number;
  stormed: Seen;
  meanwhile: Seen[];
  recoveredMs: number;
}

function rowsOf({ seconds, ceiling, bareRate, stormed, meanwhile, recoveredMs }: Figures): Row[] {
  const goodput = countOf(stormed, HASHED) / stormed.forHowLongS;
  const slowest = Math.max(...meanwhile.map((seen) => percentile(allTimes(seen), 0.99)));
  const failed = meanwhile.filter((seen) => allTimes(seen).length !== countOf(seen, 200));
  const turnedAway = countOf(stormed, 503);
  return [
    {
      proof: `${STORM} sign-ins a second for ${seconds} s: everybody else`,
      expected: 'p99 of 500 ms at most, each answered 200',
      seen: meanwhile.map((seen, i) => `${NAMES[i]}: ${inWords(seen)}`).join('; '),
      holds: slowest <= 500 && failed.length === 0,
    },
    {
      proof: 'the sign-ins that are done meanwhile',
      expected: 'at least 80 % of what the server does without a storm; the others 503, none lost',
      seen:
        `${goodput.toFixed(1)}/s of ${ceiling.toFixed(1)}/s (${share(goodput, ceiling)}; argon2 alone ` +
        `${bareRate.toFixed(1)}/s); ${inWords(stormed)}`,
      holds:
        goodput >= 0.8 * ceiling &&
        countOf(stormed, HASHED) + turnedAway === allTimes(stormed).length,
    },
    {
      proof: 'a sign-in after the storm is as quick as ever',
      expected: 'within 2 s',
      seen: `${(recoveredMs / 1000).toFixed(2)} s`,
      holds: recoveredMs <= 2000,
    },
  ];
}

const share = (part: number, whole: number) => `${Math.round((100 * part) / whole)} %`;

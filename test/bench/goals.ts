import type { Figure, Report } from './figures.ts';

/** What is promised of speed, and judged by figures of one run. */
export interface Verdict {
  promise: string;
  least: number;
  goal: number;
  seen: number;
  /** `goal` and `least` hold; `missed` does not. */
  verdict: 'goal' | 'least' | 'missed';
}

interface Promised {
  what: string;
  path: string;
  least: number;
  goal: number;
}

const SHARES: Promised[] = [
  { path: 'client-credentials', what: 'RSA, of client credentials', least: 0.6, goal: 0.75 },
  { path: 'refresh', what: 'RSA, of a refresh', least: 0.55, goal: 0.75 },
  { path: 'introspection', what: 'Koa "hello", of an introspection', least: 0.2, goal: 0.4 },
  { path: 'me', what: 'Koa "hello", of /me', least: 0.2, goal: 0.4 },
  { path: 'jwks', what: 'Koa "hello", of /jwks', least: 0.8, goal: 1 },
  { path: 'discovery', what: 'Koa "hello", of discovery', least: 0.8, goal: 1 },
  { path: 'sign-in', what: 'argon2, of a sign-in', least: 0.85, goal: 0.92 },
];

export function verdictsOn({ figures, storm }: Report): Verdict[] {
  const verdicts: Verdict[] = [];
  for (const { path, what, least, goal } of SHARES) {
    const figure = figures.find((one) => one.path === path);
    if (figure) verdicts.push(atLeast(`share of ${what}`, figure.ratio, { least, goal }));
  }
  if (storm) {
    const times = storm.during.p99Ms / storm.idle.p99Ms;
    verdicts.push(atMost('p99 of client credentials in a storm of sign-ins', times, 10, 5));
  }
  for (const figure of figures) {
    const first = figures.find(({ path }) => path === figure.path);
    if (first && first !== figure) verdicts.push(compared(figure, first));
  }
  return verdicts;
}

function compared(figure: Figure, first: Figure): Verdict {
  const { path, clients, accounts, workers } = figure;
  if (clients !== first.clients) {
    const times = figure.serverUs / first.serverUs;
    return atMost(`${path}: CPU with ${clients} clients against ${first.clients}`, times, 1.1, 1);
  }
  if (accounts !== first.accounts) {
    const times = figure.p50Ms / first.p50Ms;
    const promise = `${path}: latency with ${accounts} accounts against ${first.accounts}`;
    return atMost(promise, times, 1.2, 1);
  }
  const times = figure.perSecond / first.perSecond;
  const promise = `${path}: requests with ${workers} workers against ${first.workers}`;
  return atLeast(promise, times, { least: 1.5, goal: 1.8 });
}

function atLeast(promise: string, seen: number, { least, goal }: { least: number; goal: number }) {
  return { promise, least, goal, seen, verdict: judged(seen >= goal, seen >= least) };
}

function atMost(promise: string, seen: number, least: number, goal: number): Verdict {
  return { promise, least, goal, seen, verdict: judged(seen <= goal, seen <= least) };
}

function judged(goal: boolean, least: boolean): Verdict['verdict'] {
  if (goal) return 'goal';
  return least ? 'least' : 'missed';
}

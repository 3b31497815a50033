import type { Fault } from './experiment.ts';
import { staysUp } from './health.ts';
import type { Kind } from './record.ts';

/** What a session, an interaction or a code is needed for. */
const PAGES: readonly Kind[] = ['sign-in', 'live-session', 'sign-out', 'sign-up', 'reset'];

export const REDIS_FAULTS: Fault[] = [
  {
    id: 'F-14',
    what: 'Redis is away',
    bar: { longestMs: 3000, recoveryMs: 3000, mayFail: PAGES },
    hurt: ({ redis }) => redis.stop(),
    heal: ({ redis }) => redis.start(),
    after: staysUp,
  },
];

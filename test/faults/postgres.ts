import type { Fault } from './experiment.ts';
import { staysUp, turnsRed } from './health.ts';
import { KINDS } from './record.ts';

/** Keys and discovery are answered from memory, whatever is away. */
const ALL_BUT_DOCUMENTS = KINDS.filter((kind) => kind !== 'documents');

export const POSTGRES_FAULTS: Fault[] = [
  {
    id: 'F-1',
    what: 'PostgreSQL crashes and is away',
    bar: { longestMs: 3000, recoveryMs: 5000, mayFail: ALL_BUT_DOCUMENTS },
    hurt: ({ postgres }) => postgres.stop('immediate'),
    during: turnsRed,
    heal: ({ postgres }) => postgres.start(),
    after: staysUp,
  },
  {
    id: 'F-2',
    what: 'PostgreSQL is restarted',
    bar: { longestMs: 3000, recoveryMs: 3000, mayFail: ALL_BUT_DOCUMENTS },
    async hurt({ postgres }) {
      await postgres.stop('fast');
      await postgres.start();
    },
    after: staysUp,
  },
  {
    id: 'F-3',
    what: 'PostgreSQL says nothing, then resets every connection',
    bar: { longestMs: 3000, recoveryMs: 6400, mayFail: ALL_BUT_DOCUMENTS },
    hurt: ({ ways }) => ways.postgres.blackHole(),
    during: turnsRed,
    heal({ ways }) {
      ways.postgres.reset();
      ways.postgres.heal();
    },
    after: staysUp,
  },
];

import type { Outcome } from './experiment.ts';
import { seconds } from './health.ts';

const HEAD = [
  'fault',
  '',
  'lost',
  'duplicated',
  'wrong',
  'errors',
  'longest',
  '(before)',
  'recovery',
  'took',
  'seen',
];

/** In Markdown, as wide as it needs to be. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const rows = [HEAD, HEAD.map(() => '---'), ...outcomes.map(rowOf)];
  return `${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n`;
}

function rowOf(outcome: Outcome): string[] {
  const row = figuresOf(outcome);
  return outcome.calls > 0 ? row : row.map((figure, i) => (i > 4 && i < 9 ? '-' : figure));
}

function figuresOf(outcome: Outcome): string[] {
  const {
    id,
    what,
    lost,
    duplicated,
    wrong,
    errors,
    calls,
    longestMs,
    recoveryMs,
    notYet,
    tookMs = 0,
  } = outcome;
  return [
    `${id} ${verdictOf(outcome)}`,
    what,
    String(lost),
    String(duplicated),
    String(wrong),
    `${errors} of ${calls}`,
    seconds(longestMs),
    seconds(outcome.baselineLongestMs),
    recoveryMs === undefined ? 'never' : seconds(recoveryMs),
    seconds(tookMs),
    [
      ...outcome.broken.map((one) => `BROKEN: ${one}`),
      ...(notYet ? [notYet] : []),
      ...outcome.notes,
    ].join('; '),
  ];
}

function verdictOf({ broken, notYet }: Outcome): string {
  if (broken.length > 0) return '**broken**';
  return notYet ? 'not there yet' : 'holds';
}

/** What this load cannot decide, and what does. */
export const DECIDED_ELSEWHERE = `
Not decided here, for nobody in this crowd guesses, and budgets are wide open: parallel guesses of one code (I-6) by
test/proofs/proofs.test.ts; budgets of passwords, codes and mails, exact to the last one (I-7, I-18), by
test/sign-in/budget-races.test.ts, test/limits/attacker.test.ts and the conformance suite of the counters; another session
id after the sign-in (I-12) by test/oidc/sessions.test.ts; that clean-up removes all that has expired and nothing else (I-19) by F-45.
`;

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
  const { id, what, lost, duplicated, wrong, errors, calls, longestMs, recoveryMs, notYet } =
    outcome;
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

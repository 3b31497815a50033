import type { Diagnosis } from '../doctor/examine.ts';
import { type Examined, type Finding, worstFirst } from '../doctor/finding.ts';
import { inColumns } from './columns.ts';

const WIDTH = 96;
const MARKS = { error: 'ERROR', warning: 'warning', note: 'note' } as const;

/** What was looked at, a line each; then what was found, the worst first; then how many. */
export function diagnosisText({ examined, counts }: Diagnosis, title: string): string {
  const findings = worstFirst(examined.flatMap((one) => one.findings));
  return [
    title,
    '',
    ...inColumns(examined.map((one) => ['', mark(one), one.part, one.told])),
    ...findings.flatMap((finding) => ['', ...findingLines(finding)]),
    '',
    inAll(counts),
  ].join('\n');
}

function mark({ seen, findings }: Examined): string {
  const [worst] = worstFirst(findings);
  if (worst) return MARKS[worst.severity];
  return seen ? 'ok' : '-';
}

function findingLines({ name, severity, what, why, fix }: Finding): string[] {
  return [
    `${MARKS[severity]}: ${name}`,
    ...wrapped(what, '  '),
    ...wrapped(why, '  Why  '),
    ...wrapped(fix, '  Fix  '),
  ];
}

/** Under the first word, whatever stands before it. Commands are not broken in two: a word is never cut. */
function wrapped(text: string, before: string): string[] {
  const lines: string[] = [];
  let line = before;
  for (const word of text.split(' ')) {
    const isFirst = line === before || line === ' '.repeat(before.length);
    if (!isFirst && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = ' '.repeat(before.length) + word;
    } else line += isFirst ? word : ` ${word}`;
  }
  return [...lines, line];
}

function inAll(counts: Diagnosis['counts']): string {
  const told = [
    counted(counts.error, 'error'),
    counted(counts.warning, 'warning'),
    counted(counts.note, 'note'),
  ].filter((one) => one !== undefined);
  return told.length > 0 ? `Found: ${told.join(', ')}.` : 'All is well.';
}

function counted(count: number, word: string): string | undefined {
  if (count === 0) return undefined;
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

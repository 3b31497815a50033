import { FINDINGS } from './findings/table.ts';

/** The table of docs/operating.md: every finding there is, as it is worded everywhere. */
export function findingsTable(): string {
  const rows = Object.entries(FINDINGS).map(
    ([name, { severity, means, why, fix }]) =>
      `| \`${name}\` | ${severity} | ${inCell(means)} ${inCell(why)} | ${inCell(fix)} |`,
  );
  return [
    '| finding | severity | what, and why it matters | what to do |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** A bar would end the cell; what stands in angle brackets would be taken for a tag. */
function inCell(text: string): string {
  return text.replaceAll('|', String.raw`\|`).replaceAll('<', String.raw`\<`);
}

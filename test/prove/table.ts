export interface Row {
  proof: string;
  expected: string;
  seen: string;
  holds: boolean;
}

export function tableOf(rows: Row[]): string {
  return rows
    .map(({ holds, proof, expected, seen }) =>
      [
        `${holds ? 'holds ' : 'BROKEN'}  ${proof}`,
        `        expected  ${expected}`,
        `        seen      ${seen}`,
      ].join('\n'),
    )
    .join('\n\n');
}

/** What is wrong with one field of a registration, as one sentence for the person who wrote it. */
export interface Fault {
  field: string;
  fault: string;
}

/** A value as it may stand in a sentence or on a terminal: nothing in it is invisible, moves text about or runs on. */
export function shown(value: string): string {
  const visible = value.replaceAll(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return visible.length > 200 ? `${visible.slice(0, 200)}…` : visible;
}

/**
 * Judges an installation: what is wrong, why it matters, and the exact fix. This folder owns every finding by its stable
 * name, and the judgement of facts; it refuses to know how a fact is had (stores, mail and the command line bring them).
 */
import { type FindingName, FINDINGS } from './findings/table.ts';

/** error: something does not work, or is not safe. warning: it will hurt one day. note: worth knowing. */
export type Severity = 'error' | 'warning' | 'note';

/** What stands in the table for every finding of a name. */
export interface Kind {
  severity: Severity;
  /** What it is, whoever's it is. */
  means: string;
  why: string;
  fix: string;
}

/** One fault of one installation. */
export interface Finding {
  name: FindingName;
  severity: Severity;
  /** With the figures and names of this installation; never a secret. */
  what: string;
  why: string;
  fix: string;
}

/** What was looked at, and how it was found. */
export interface Examined {
  part: string;
  /** One line: how things are, in figures where there are some. Undefined where there was nothing to look at. */
  told: string;
  /** Whether it was looked at at all: some things are not in use, or cannot be seen from here. */
  seen: boolean;
  findings: Finding[];
}

export function found(
  name: FindingName,
  what: string,
  exact: { fix?: string; severity?: Severity } = {},
): Finding {
  const { severity, why, fix } = FINDINGS[name];
  return { name, severity, what, why, fix, ...exact };
}

/** For whoever cannot go on because of it: cause, fix, and where to read more. */
export function inOneSentence({ name, what, fix }: Finding): string {
  return `${what} ${fix} (${name}: see \`npx gatehouse doctor\`.)`;
}

/** Every sentence that is the same for everybody. */
export const FINDINGS_TEXTS: ReadonlySet<string> = new Set(
  Object.values(FINDINGS).flatMap(({ means, why, fix }) => [means, why, fix]),
);

const RANK: readonly Severity[] = ['error', 'warning', 'note'];

/** The worst first; those of one severity as they came. */
export function worstFirst(findings: readonly Finding[]): Finding[] {
  return findings.toSorted(
    (one, other) => RANK.indexOf(one.severity) - RANK.indexOf(other.severity),
  );
}

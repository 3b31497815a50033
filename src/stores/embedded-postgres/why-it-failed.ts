import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';

/** Said to those who ask too early, not a reason. */
const PASSING = /the database system is (starting up|shutting down)/;

/** The last reason in what a log gained since `from`. A full disk may have swallowed it; it may be gone with its folder. */
export function whyItFailed(log: string, from: number, folder: string): string {
  const said = gained(log, from);
  const reasons = [...said.matchAll(/(?:FATAL|PANIC|error): +(.*)/g)].map(([, text = '']) => text);
  return (
    reasons.findLast((reason) => !PASSING.test(reason)) ??
    (isFull(dirname(folder)) ? 'no space left on device' : lastLine(said))
  );
}

function gained(log: string, from: number): string {
  try {
    return readFileSync(log).subarray(from).toString();
  } catch {
    return '';
  }
}

function isFull(folder: string): boolean {
  return existsSync(folder) && statfsSync(folder).bavail === 0;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) || 'it said nothing.';
}

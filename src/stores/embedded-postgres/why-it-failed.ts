import { readFileSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';

/** Said to those who ask too early, not a reason. */
const PASSING = /the database system is (starting up|shutting down)/;

/** The last reason in what a log gained since `from`. A full disk may have swallowed it. */
export function whyItFailed(log: string, from: number, folder: string): string {
  const said = readFileSync(log).subarray(from).toString();
  const reasons = [...said.matchAll(/(?:FATAL|PANIC|error): +(.*)/g)].map(([, text = '']) => text);
  return (
    reasons.findLast((reason) => !PASSING.test(reason)) ??
    (isFull(dirname(folder)) ? 'no space left on device' : lastLine(said))
  );
}

function isFull(folder: string): boolean {
  return statfsSync(folder).bavail === 0;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) || 'it said nothing.';
}

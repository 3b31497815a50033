/** What one process does of the server's work: answer the web, or do the jobs (mail, clean-up, rotation of keys). */
export type Part = 'web' | 'worker';

/** What stands behind `--only`; undefined where it stands nowhere, and both are done. */
export function partIn(words: string[]): Part | undefined | 'unknown' {
  const at = words.findIndex((word) => word === '--only' || word.startsWith('--only='));
  const word = words[at];
  if (word === undefined) return undefined;
  const part = word === '--only' ? words[at + 1] : word.slice('--only='.length);
  return part === 'web' || part === 'worker' ? part : 'unknown';
}

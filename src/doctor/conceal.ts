import { type Examined, FINDINGS_TEXTS } from './finding.ts';

const HIDDEN = '[hidden]';
/** Shorter ones stand in every text by chance; no text of ours is made from a secret anyway. */
const SHORTEST = 4;

/**
 * The last net: what libraries and servers say of their faults may repeat what they were given. Sentences of the table
 * are the same for everybody and stay as they are.
 */
export function concealed(examined: readonly Examined[], secrets: readonly string[]): Examined[] {
  const long = secrets.filter((secret) => secret.length >= SHORTEST);
  const clear = (text: string) =>
    FINDINGS_TEXTS.has(text)
      ? text
      : long.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text);
  return examined.map((one) => ({
    ...one,
    told: clear(one.told),
    findings: one.findings.map((finding) => ({
      ...finding,
      what: clear(finding.what),
      fix: clear(finding.fix),
    })),
  }));
}

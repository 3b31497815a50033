import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { VaultAway, VaultFault, VaultRefused } from '../vault/vault.ts';
import { thumbprint } from './thumbprint.ts';
import type { VaultAnswer, VaultQuestion } from './vault-connection.ts';

/** What Vault tells of a transit key: every version that it still has, by number. */
export interface TransitVersions {
  /** 0 while there is no such key. */
  latest: number;
  byKid: ReadonlyMap<string, TransitVersion>;
}

export interface TransitVersion {
  number: number;
  kid: string;
  publicJwk: { kty: 'RSA'; n: string; e: string };
  /** False for one that Vault was told not to use any more (`min_encryption_version`). */
  maySign: boolean;
}

export const NO_VERSIONS: TransitVersions = { latest: 0, byKid: new Map() };

const keyAnswer = z.object({
  data: z.object({
    type: z.string(),
    latest_version: z.number().int().min(1),
    min_encryption_version: z.number().int().default(0),
    exportable: z.boolean().default(false),
    allow_plaintext_backup: z.boolean().default(false),
    /** Of other types, a creation time. */
    keys: z.record(
      z.string().regex(/^\d+$/),
      z.object({ public_key: z.string() }).or(z.number().transform(() => ({ public_key: '' }))),
    ),
  }),
});

/** Refuses a key that cannot make RS256 signatures, or that somebody may carry out of Vault. */
export function versionsIn({ status, body }: VaultAnswer, where: string): TransitVersions {
  const refuse = (what: string) => new VaultFault(`The transit key ${where} ${what}`, { status });
  const answer = keyAnswer.safeParse(body).data?.data;
  if (!answer) throw refuse('is told of in a way that cannot be understood.');
  if (!answer.type.startsWith('rsa-')) throw refuse(`is ${answer.type}, not rsa-2048. ${OTHER}`);
  if (answer.exportable || answer.allow_plaintext_backup) {
    throw refuse(`may be carried out of Vault. ${OTHER}`);
  }
  const versions = Object.entries(answer.keys).map(([number, { public_key: pem }]) => {
    const publicJwk = jwkOf(pem);
    const maySign = Number(number) >= answer.min_encryption_version;
    return { number: Number(number), kid: thumbprint(publicJwk), publicJwk, maySign };
  });
  return {
    latest: answer.latest_version,
    byKid: new Map(versions.map((version) => [version.kid, version])),
  };
}

const OTHER = 'Name another key in VAULT_TRANSIT_KEY: Gatehouse makes it.';

/** The same few keys are read every second. */
const parsed = new Map<string, TransitVersion['publicJwk']>();

function jwkOf(pem: string): TransitVersion['publicJwk'] {
  const known = parsed.get(pem);
  if (known) return known;
  const { n = '', e = '' } = createPublicKey(pem).export({ format: 'jwk' });
  const jwk = { kty: 'RSA' as const, n, e };
  if (parsed.size > 1000) parsed.clear();
  parsed.set(pem, jwk);
  return jwk;
}

const signAnswer = z.object({ data: z.object({ signature: z.string() }) });

/** `vault:v3:` and base64url without padding, as `marshaling_algorithm=jws` gives it. */
const SIGNATURE = /^vault:v(?<version>\d+):(?<encoded>[\w-]+)$/;

export function signatureIn({ status, body }: VaultAnswer, version: number): Uint8Array {
  const text = signAnswer.safeParse(body).data?.data.signature ?? '';
  const found = SIGNATURE.exec(text)?.groups;
  if (!found) throw new VaultFault('Vault answered no signature that can be read.', { status });
  const { version: used, encoded = '' } = found;
  if (Number(used) !== version) {
    const told = `Vault signed with version ${used} in the place of ${version}.`;
    throw new VaultFault(told, { status });
  }
  return Buffer.from(encoded, 'base64url');
}

/**
 * A standby that does not pass requests on (307), health's 429, 472 and 473, too busy, sealed, without a leader: it may
 * pass by itself (https://openbao.org/docs/api/#http-status-codes).
 */
const FOR_NOW = new Set([307, 408, 412, 429, 472, 473]);
const errors = z.object({ errors: z.array(z.string()) });

/** Undefined where all is well. Vault's own words hold no secret. */
export function faultIn(
  { status, body }: VaultAnswer,
  { path }: Pick<VaultQuestion, 'path'>,
): Error | undefined {
  if (status === 200) return undefined;
  const said = errors.safeParse(body).data?.errors.join('; ').replaceAll(/\s+/g, ' ').slice(0, 300);
  const what = said ? `${status}: ${said.trim()}` : String(status);
  if (status >= 500 || FOR_NOW.has(status))
    return new VaultAway(`Vault cannot serve now (${what}).`);
  if (status === 403) return new VaultRefused(`Vault refuses ${path} (${what}).`);
  return new VaultFault(`Vault answers ${path} with ${what}.`, { status });
}

import { randomBytes, randomUUID } from 'node:crypto';
import { Client, type ClientConfig } from 'pg';
import { argon2Hasher } from '../../src/passwords/argon2-hasher.ts';

/** Who may stand behind an address. From outside all of them must look like nobody. */
export const KINDS = ['unknown', 'known', 'unverified', 'disabled', 'passwordless'] as const;
export type Kind = (typeof KINDS)[number];

/** Addresses of each kind, all of one length; the accounts are written as a sign-up would leave them. */
export async function makeCrowd(
  config: ClientConfig,
  counts: Partial<Record<Kind, number>>,
): Promise<Record<Kind, string[]>> {
  const addresses = (kind: Kind) =>
    Array.from(
      { length: counts[kind] ?? 0 },
      () => `${randomBytes(8).toString('hex')}@example.com`,
    );
  const crowd: Record<Kind, string[]> = {
    unknown: addresses('unknown'),
    known: addresses('known'),
    unverified: addresses('unverified'),
    disabled: addresses('disabled'),
    passwordless: addresses('passwordless'),
  };
  const hash = await argon2Hasher({ atOnce: 1 }).hash('correct horse battery');
  const client = new Client(config);
  await client.connect();
  for (const kind of KINDS) {
    if (kind === 'unknown') continue;
    await client.query(INSERT, [
      crowd[kind].map(() => randomUUID()),
      crowd[kind],
      kind === 'unverified' ? null : new Date(),
      kind === 'passwordless' ? null : hash,
      kind === 'disabled' ? new Date() : null,
    ]);
  }
  await client.query('ANALYZE accounts');
  await client.end();
  return crowd;
}

const INSERT = `INSERT INTO accounts (id, email, email_canonical, email_verified_at, password_hash, disabled_at, updated_at)
  SELECT id, email, email, $3, $4, $5, now() FROM unnest($1::uuid[], $2::text[]) AS made (id, email)`;

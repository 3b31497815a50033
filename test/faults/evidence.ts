import { setTimeout as sleep } from 'node:timers/promises';
import type { JSONWebKeySet } from 'jose';
import type { MailServer } from '../support/mail-server.ts';
import { askDatabase } from './database.ts';
import type { Fact } from './record.ts';
import type { Stage } from './stage.ts';

/** What is kept when all is over, and what went out. */
export interface Evidence {
  issuer: string;
  jwks: JSONWebKeySet;
  accounts: KeptAccount[];
  taken: { id: string; to: string; template: string }[];
  /** Ids of all mails in the outbox. */
  kept: string[];
  kinds: Kept;
}

/** How many there are of what. */
export interface Kept {
  /** Of one mailed code. */
  mostTries: number;
  exchanges: number;
  exchangesTold: number;
  rotations: number;
  rotationsTold: number;
}

export interface KeptAccount {
  email: string;
  hash: string;
  passwordChanged: boolean;
  /** Refresh tokens that may still be used. */
  leaves: number;
  exchanges: number;
  sessions: number;
  /** By the audit trail. */
  signedIn: number;
  created: number;
  /** By the audit trail; and the proofs that were used up for them. */
  resets: number;
  resetProofs: number;
}

const SETTLED_MS = 120_000;

/** Waits until nothing is left to be done, then reads. */
export async function gather(stage: Stage, facts: readonly Fact[]): Promise<Evidence> {
  await settled(stage, facts);
  const accounts = await askDatabase<KeptAccount>(stage, ACCOUNTS);
  const mails = await askDatabase<{ id: string }>(stage, 'SELECT id FROM mails');
  const [kinds] = await askDatabase<Kept>(stage, KEPT);
  if (!kinds) throw new Error('nothing was counted');
  const jwks = await stage.recorder.sender('documents')(`${stage.issuer}/jwks`);
  return {
    issuer: stage.issuer,
    jwks: readKeys(jwks.json()),
    accounts,
    taken: mailsIn(stage.mails),
    kept: mails.map(({ id }) => id),
    kinds,
  };
}

function readKeys({ keys }: Record<string, unknown>): JSONWebKeySet {
  return { keys: Array.isArray(keys) ? keys : [] };
}

const ACCOUNTS = `SELECT a.email, a.password_hash AS hash, a.password_changed_at IS NOT NULL AS "passwordChanged",
    (SELECT count(*) FROM refresh_tokens t JOIN grants g ON g.id = t.grant_id
      WHERE g.account_id = a.id AND t.consumed_at IS NULL)::int AS leaves,
    (SELECT count(*) FROM sessions s WHERE s.account_id = a.id)::int AS sessions,
    count(e.id) FILTER (WHERE e.name = 'tokens-issued' AND e.details->>'grantType' = 'authorization_code')::int AS exchanges,
    (SELECT count(*) FROM address_proofs p
      WHERE p.account_id = a.id AND p.purpose = 'reset' AND p.state = 'used')::int AS "resetProofs",
    count(e.id) FILTER (WHERE e.name = 'password-changed' AND e.details->>'by' = 'reset')::int AS resets,
    count(e.id) FILTER (WHERE e.name = 'signed-in')::int AS "signedIn",
    count(e.id) FILTER (WHERE e.name = 'account-created')::int AS created
  FROM accounts a JOIN audit_events e ON e.account_id = a.id GROUP BY a.id`;

const TOLD = `(SELECT count(*) FROM audit_events WHERE name = 'tokens-issued' AND details->>'grantType' =`;
const KEPT = `SELECT coalesce((SELECT max(tries) FROM address_proofs), 0)::int AS "mostTries",
  (SELECT count(*) FROM code_exchanges)::int AS exchanges,
  ${TOLD} 'authorization_code')::int AS "exchangesTold",
  (SELECT count(*) FROM refresh_tokens WHERE consumed_at IS NOT NULL)::int AS rotations,
  ${TOLD} 'refresh_token')::int AS "rotationsTold"`;

async function settled(stage: Stage, facts: readonly Fact[]): Promise<void> {
  const deadline = performance.now() + SETTLED_MS;
  while (performance.now() < deadline) {
    if (missingMails(stage, facts) === 0 && (await openJobs(stage)) === 0) return;
    await sleep(500);
  }
}

/** How many that pages promised have not come yet. */
export function missingMails({ mails }: Stage, facts: readonly Fact[]): number {
  const there = new Set(mailsIn(mails).map(({ template, to }) => `${template} ${to}`));
  const promised = facts.flatMap((fact) => (fact.is === 'promised' ? [fact] : []));
  return promised.filter(({ template, email }) => !there.has(`${template} ${email}`)).length;
}

async function openJobs(stage: Stage): Promise<number> {
  const [row] = await askDatabase<{ open: number }>(
    stage,
    `SELECT count(*)::int AS open FROM pgboss.job
      WHERE name IN ('mail-proof', 'send-mail') AND state IN ('created', 'retry', 'active')`,
  );
  return row?.open ?? 0;
}

const SUBJECTS = {
  'email-verification': /is your Gatehouse code/,
  'password-reset': /is your code for a new/,
  welcome: /^Subject: Welcome/,
};

export function mailsIn({ taken }: MailServer): Evidence['taken'] {
  return taken.map(({ to, headers }) => {
    const header = (name: string) => headers.find((line) => line.startsWith(`${name}:`)) ?? '';
    const subject = header('Subject');
    const [template = ''] = Object.entries(SUBJECTS).find(([, is]) => is.test(subject)) ?? [];
    return { id: /<([^@>]+)@/.exec(header('Message-ID'))?.[1] ?? '', to: to[0] ?? '', template };
  });
}

import { z } from 'zod';
import type { AddressProof as Row } from '../../../generated/prisma/client.ts';
import { type AddressProof, MAX_TRIES } from '../../proofs/proof.ts';
import type { NewProof, ProofStore } from '../../proofs/store.ts';
import type { Db } from './database.ts';
import { inTransaction } from './in-transaction.ts';
import { present } from './present.ts';
import { isUuid } from './uuid.ts';

/** Proofs of addresses in PostgreSQL, beside the jobs and mails that they commit with. */
export function postgresAddressProofs(db: Db): ProofStore {
  /** One statement. */
  const change = async (
    where: Parameters<typeof db.addressProof.updateManyAndReturn>[0]['where'],
    data: Parameters<typeof db.addressProof.updateManyAndReturn>[0]['data'],
  ) => {
    const [row] = await db.addressProof.updateManyAndReturn({ where: { ...where }, data });
    return row && toProof(row);
  };
  const find = async (id: string) => {
    const row = isUuid(id) ? await db.addressProof.findUnique({ where: { id } }) : null;
    return row ? toProof(row) : undefined;
  };

  return {
    begin: (proof, beside) => inTransaction(db, (tx) => begin(tx, proof, beside)),
    find,
    countTry: (id, at) =>
      change(
        { id, state: 'pending', tries: { lt: MAX_TRIES }, expiresAt: { gt: at } },
        { tries: { increment: 1 } },
      ),
    async renew(id, { nonce, at, expiresAt, waitAfterS }) {
      const { sends = 0 } = (await find(id)) ?? {};
      const nextSendAt = new Date(at.getTime() + waitAfterS(sends + 1) * 1000);
      const due = { nextSendAt: { lte: at }, expiresAt: { gt: at } };
      const anew = { tries: 0, askedAt: at, codeExpiresAt: null };
      return change(
        { id, state: 'pending', sends, ...due },
        { ...anew, nonce, nextSendAt, expiresAt, sends: { increment: 1 } },
      );
    },
    async decide(id, at) {
      const rows = await db.$queryRaw<{ id: string }[]>`
        UPDATE address_proofs SET decided_for = nonce
         WHERE id = ${id}::uuid AND state = 'pending' AND expires_at > ${at}
           AND decided_for IS DISTINCT FROM nonce
         RETURNING id`;
      return rows.length > 0 ? find(id) : undefined;
    },
    async deliverTo(id, decided) {
      await change({ id }, { ...decided });
    },
    mailing: (id, at, codeExpiresAt) =>
      change({ id, state: 'pending', deliverable: true, expiresAt: { gt: at } }, { codeExpiresAt }),
    async end(id, nonce, to) {
      return (await change({ id, nonce, state: 'pending' }, { ...to })) !== undefined;
    },
    async stop(id, nonce) {
      const open = { in: ['pending', 'proved'] };
      return (await change({ id, nonce, state: open }, { state: 'void' })) !== undefined;
    },
    use: (id, at) => change({ id, state: 'proved', expiresAt: { gt: at } }, { state: 'used' }),
    endAllFor: (owner) => endAllFor(db, owner),
    async usedFor(id, accountId) {
      await change({ id, state: 'used' }, { accountId });
    },
  };
}

/** Two changes at once must not wait for each other's proofs. */
async function endAllFor(
  db: Db,
  { accountId, emailCanonical }: { accountId: string; emailCanonical: string },
): Promise<void> {
  await db.$executeRaw`
    UPDATE address_proofs SET state = 'void'
     WHERE id IN (
       SELECT id FROM address_proofs
        WHERE state IN ('pending', 'proved') AND purpose <> 'sign-up'
          AND (account_id = ${accountId}::uuid OR email_canonical = ${emailCanonical})
          FOR UPDATE SKIP LOCKED)`;
}

/** The lock makes simultaneous calls of one interaction wait for each other, whether there is a row yet or not. */
async function begin(
  tx: Parameters<Parameters<typeof inTransaction>[1]>[0],
  wished: NewProof,
  beside: () => Promise<unknown>[] = () => [],
): Promise<{ proof: AddressProof; made: boolean }> {
  const { interaction, purpose, emailCanonical, createdAt } = wished;
  if (interaction !== undefined) {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${interaction}, 0))`;
    const begun = { interaction, purpose, state: 'pending' };
    const rows = await tx.addressProof.findMany({ where: begun });
    const known = rows.find(
      (row) => row.emailCanonical === emailCanonical && row.expiresAt > createdAt,
    );
    if (known) return { proof: toProof(known), made: false };
    if (rows.length > 0)
      await tx.addressProof.updateMany({ where: begun, data: { state: 'void' } });
  }
  const { interactionSeal, ...plain } = wished;
  const seal = interactionSeal && { interactionSeal: Uint8Array.from(interactionSeal) };
  const written = tx.addressProof.create({ data: { ...plain, ...seal } });
  const [row] = await Promise.all([written, ...beside()]);
  return { proof: toProof(row), made: true };
}

const purpose = z.enum(['sign-up', 'verify', 'reset']);
const state = z.enum(['pending', 'proved', 'used', 'taken-over', 'void']);

function toProof(whole: Row): AddressProof {
  const { decidedFor: _, ...row } = whole;
  return { ...present(row), purpose: purpose.parse(row.purpose), state: state.parse(row.state) };
}

import type { AuditTrail } from '../audit/store.ts';
import { nextTryInS } from '../jobs/next-try.ts';
import type { JobQueue } from '../jobs/queue.ts';
import { scrubbed } from '../logging/redaction.ts';
import type { Atomically } from '../transactions/atomically.ts';
import { type WriteProofLetter, factsForNow } from './facts.ts';
import type { Delivery, Mailer } from './mailer.ts';
import { addressed } from './message.ts';
import type { ClaimedMail, MailStore } from './store.ts';
import type { WriteLetter } from './templates.ts';

export interface SendMailDeps {
  mails: Pick<MailStore, 'claim'>;
  atomically: Atomically<{
    mails: Pick<MailStore, 'settle' | 'postpone'>;
    jobs: Pick<JobQueue, 'enqueue'>;
    audit: Pick<AuditTrail, 'record'>;
  }>;
  mailer: Mailer;
  writeLetter: WriteLetter;
  writeProofLetter: WriteProofLetter;
}

/** Longer than any try takes. Whoever dies in the middle of one holds the mail up for that long. */
const CLAIM_S = 90;
/** Then a mail has failed for ever. */
const TRIED_FOR_S = 24 * 3600;
const MAX_WHY = 300;

/**
 * One try of one mail. It is written anew each time, so that no rendered mail is kept anywhere. A mail that is sent,
 * given up or in other hands is left alone, however often its job comes.
 */
export async function sendMail(deps: SendMailDeps, mailId: string): Promise<Outcome> {
  const mail = await deps.mails.claim(mailId, CLAIM_S);
  return mail ? conclude(deps, mail, await tryOnce(deps, mail)) : 'left-alone';
}

export type Outcome = 'sent' | 'failed' | 'postponed' | 'lapsed' | 'left-alone';

async function tryOnce(
  { mailer, writeLetter, writeProofLetter }: SendMailDeps,
  mail: ClaimedMail,
): Promise<Delivery | { outcome: 'not-needed' }> {
  const facts = await factsForNow(mail, writeProofLetter);
  if (!facts) return { outcome: 'not-needed' };
  const letter = writeLetter({ ...mail, facts });
  if (!letter) return { outcome: 'refused', why: 'there is no such template or language' };
  const message = addressed(letter, mail);
  if (!message) return { outcome: 'refused', why: 'the address is not one that mail goes to' };
  return mailer.deliver(message);
}

function conclude(
  { atomically }: SendMailDeps,
  mail: ClaimedMail,
  delivery: Delivery | { outcome: 'not-needed' },
): Promise<Outcome> {
  return atomically(async ({ mails, jobs, audit }) => {
    if (delivery.outcome === 'accepted') {
      return (await mails.settle(mail.id, 'sent')) ? 'sent' : 'left-alone';
    }
    if (delivery.outcome === 'not-needed') {
      return (await mails.settle(mail.id, 'lapsed')) ? 'lapsed' : 'left-alone';
    }
    const why = scrubbed(delivery.why).slice(0, MAX_WHY);
    const forS = delivery.outcome === 'not-now' ? nextTryInS(mail.ageS, TRIED_FOR_S) : undefined;
    if (forS !== undefined) {
      if (!(await mails.postpone(mail.id, forS, why))) return 'left-alone';
      await jobs.enqueue('send-mail', { mailId: mail.id }, { inS: forS });
      return 'postponed';
    }
    if (!(await mails.settle(mail.id, 'failed', why))) return 'left-alone';
    const about = { mailId: mail.id, template: mail.template };
    const { accountId } = mail;
    await audit.record('mail-failed', about, { actor: 'system', ...(accountId && { accountId }) });
    return 'failed';
  });
}

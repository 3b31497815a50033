import { randomUUID } from 'node:crypto';
import type { JobQueue } from '../jobs/queue.ts';
import { FALLBACK, type Language, languageOfTag } from '../i18n/languages.ts';
import type { MailFacts, MailName } from './facts.ts';
import type { MailStore } from './store.ts';

/** What a change needs in its transaction to tell somebody of it. */
export interface PostingPorts {
  mails: Pick<MailStore, 'add'>;
  jobs: Pick<JobQueue, 'enqueue'>;
}

/** Whom a mail is for: their stored address, in their own language. */
export interface Addressee {
  /** Of their account, if they have one. */
  id?: string;
  email: string;
  locale?: string;
}

/** The mail and its job are there when the change is, and not otherwise. */
export async function postMail<Name extends MailName>(
  { mails, jobs }: PostingPorts,
  template: Name,
  facts: MailFacts[Name],
  { id, email: address, locale }: Addressee,
): Promise<void> {
  const language = languageFor(locale);
  const mailId = randomUUID();
  const whose = id !== undefined && { accountId: id };
  await Promise.all([
    mails.add({ id: mailId, template, facts, address, language, ...whose }),
    jobs.enqueue('send-mail', { mailId }),
  ]);
}

/** The language of a mail to somebody of whom that is known. */
export function languageFor(locale: string | undefined): Language {
  return languageOfTag(locale ?? '') ?? FALLBACK;
}

import type { Language } from '../i18n/languages.ts';
import type { MailFacts, MailName } from './facts.ts';

/** What is to be told, to whom. */
export interface NewMail {
  id: string;
  template: MailName;
  facts: MailFacts[MailName];
  language: Language;
  address: string;
  /** Absent where there is no account yet. */
  accountId?: string;
}

export interface KeptMail {
  id: string;
  template: string;
  language: string;
  address: string;
  facts: Record<string, unknown>;
  accountId?: string;
  /** Lapsed: what it told was over before it could be sent. */
  state: 'waiting' | 'sent' | 'failed' | 'lapsed';
  tries: number;
  createdAt: Date;
  since: Date;
  dueAt: Date;
  /** What the last try met. */
  why?: string;
  settledAt?: Date;
  /** When it is forgotten. */
  expiresAt?: Date;
}

/** A mail in the hands of the one who tries it. */
export interface ClaimedMail extends KeptMail {
  /** How long it has been tried, by the clock of the store. */
  ageS: number;
}

/** The outbox. Its clock is the database's alone. */
export interface MailStore {
  /** Answers its id. Belongs into the transaction of what it tells, beside its job. */
  add(mail: NewMail): Promise<void>;
  /** One that waits and is due. Of simultaneous callers one gets it, and nobody else for `forS` seconds. */
  claim(id: string, forS: number): Promise<ClaimedMail | undefined>;
  /** Each of these changes a waiting mail only, and answers whether it did. */
  settle(id: string, state: 'sent' | 'failed' | 'lapsed', why?: string): Promise<boolean>;
  postpone(id: string, forS: number, why: string): Promise<boolean>;
  /** One that failed waits again, from now on. Answers whether it had failed. */
  retry(id: string): Promise<boolean>;
  /** Waiting mails that were due `afterS` seconds ago: whoever had them in hand is gone. */
  overdue(afterS: number): Promise<string[]>;
  find(id: string): Promise<KeptMail | undefined>;
  /** Newest first. */
  list(query: { state?: KeptMail['state']; address?: string; limit: number }): Promise<KeptMail[]>;
}

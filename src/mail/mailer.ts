/**
 * Mails: what is to be told to whom, how it is worded, and how often it is tried. This folder owns the way from a
 * change to an accepted letter; it refuses to know who changes what, and how a row or a job is kept.
 */
export interface Mailer {
  /** Tries once, for a minute at most. Never throws: whatever happens is one of the outcomes. */
  deliver(message: Message): Promise<Delivery>;
  close(): Promise<void>;
}

/** A mail as somebody reads it. */
export interface Letter {
  subject: string;
  text: string;
  html: string;
}

/** A letter in its envelope (message.ts makes them). */
export interface Message extends Letter {
  /** The same at each try: who gets a mail twice can tell. */
  id: string;
  /** One address, nothing else. */
  to: string;
}

export type Delivery =
  | { outcome: 'accepted' }
  /** For ever: trying again would meet the same. */
  | { outcome: 'refused'; why: string }
  /** In doubt: it had the whole mail and may have taken it, but did not say so. */
  | {
      outcome: 'not-now';
      why: string;
      inDoubt?: boolean;
      /** The server did not take who we are: with another password it would go on. */
      loginRefused?: boolean;
    };

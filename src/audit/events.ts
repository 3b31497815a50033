/**
 * Every event the audit trail knows, with its details. Details hold ids and facts, never secrets. This folder owns
 * what is told and how it is made harmless; it refuses to know who tells it and why.
 */
export interface AuditEvents {
  'account-created': { by: 'cli' | 'sign-up'; admin: boolean };
  'account-disabled': Record<string, never>;
  'account-enabled': Record<string, never>;
  'account-deleted': { email: string };
  'account-unlocked': Record<string, never>;
  'password-changed': { by: 'cli' | 'owner' | 'reset' };
  'signed-in': { remembered: boolean };
  /** The password was right; the address is yet to be proved. */
  'sign-in-held': { for: 'address' | 'password' };
  'sign-in-refused': { why: 'wrong-password' | 'unknown-person' | 'disabled' | 'tries-spent' };
  /** Too many failures: whoever it is about waits. Told once, by the last one that was admitted. */
  'budget-spent': { budget: string };
  /** `purpose` of all of these: why an address is to be proved. */
  'code-asked-for': { purpose: ProofPurpose };
  /** A page says that a mail is on its way if somebody has the address: this is why none is. */
  'code-not-sent': { purpose: ProofPurpose; why: 'unknown-person' | 'disabled' };
  'code-refused': { purpose: ProofPurpose };
  'address-proved': { purpose: ProofPurpose; by: 'code' | 'link' | 'number' };
  'proof-voided': { purpose: ProofPurpose; why: 'wrong-number' | 'not-me' };
  /** It went on in another browser than the one that began. */
  'proof-taken-over': { purpose: ProofPurpose };
  'signed-out': Record<string, never>;
  'signed-out-everywhere': Record<string, never>;
  'consent-given': { allowed: Allowed };
  'consent-refused': Record<string, never>;
  'tokens-issued': { grantType: string };
  'refresh-token-replayed': { grantId: string };
  'authorization-code-replayed': { grantId: string };
  'grant-revoked': { grantId: string };
  'client-created': Record<string, never>;
  'client-updated': { fields: string[] };
  'client-secret-rotated': { secretId: string };
  'client-deleted': Record<string, never>;
  'api-created': { audience: string };
  'api-updated': { audience: string; fields: string[] };
  'api-deleted': { audience: string };
  'key-created': { kid: string };
  'key-signs': { kid: string };
  'key-revoked': { kid: string };
  'token-verified': Record<string, never>;
  'secret-changed': { resealed: number };
  'backup-restored': Record<string, never>;
  'mail-failed': { mailId: string; template: string };
  'mail-retried': { mailId: string };
  /** An application was not told of a session's end: it said no, or was away for too long. */
  'logout-notice-failed': { noticeId: string; why: 'refused' | 'not-now' | 'not-signed' };
  'job-failed': { job: string };
}

type ProofPurpose = 'sign-up' | 'verify' | 'reset';

export type AuditEventName = keyof AuditEvents;

/** What was allowed: OpenID scopes, and scopes by API audience. */
export interface Allowed {
  openid: string;
  resources: Record<string, string>;
}

export const ACTORS = ['person', 'client', 'cli', 'system'] as const;

/** Who did it and from where. */
export interface Circumstances {
  actor: (typeof ACTORS)[number];
  accountId?: string;
  clientId?: string;
  ip?: string;
  userAgent?: string;
  requestId?: string;
}

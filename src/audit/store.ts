import type { AuditEventName, AuditEvents, Circumstances } from './events.ts';

export interface AuditTrail {
  /** Belongs into the transaction of what it tells. Control characters in texts are dropped. */
  record<Name extends AuditEventName>(
    name: Name,
    details: AuditEvents[Name],
    circumstances: Circumstances,
  ): Promise<void>;
  /** Newest first. */
  list(query: AuditQuery): Promise<AuditEntry[]>;
}

export interface AuditQuery {
  limit: number;
  before?: bigint;
  name?: string;
  accountId?: string;
  clientId?: string;
  requestId?: string;
  since?: Date;
}

export interface AuditEntry extends Circumstances {
  id: bigint;
  at: Date;
  name: string;
  details: Record<string, unknown>;
}

import type { AuditEvent, Prisma } from '../../../generated/prisma/client.ts';
import { cleanDetails, cleanText } from '../../audit/clean-details.ts';
import { ACTORS, type Circumstances } from '../../audit/events.ts';
import type { AuditEntry, AuditQuery, AuditTrail } from '../../audit/store.ts';
import type { Db } from './database.ts';
import { present } from './present.ts';
import { isUuid } from './uuid.ts';

/** The audit trail in PostgreSQL: written beside what it tells, never changed. */
export function postgresAudit(db: Db): AuditTrail {
  return {
    async record(name, details, circumstances) {
      await db.auditEvent.create({
        data: { name, ...columns(circumstances), details: cleanDetails(details) },
        select: { id: true },
      });
    },
    async list(query) {
      const { limit, accountId } = query;
      if (accountId !== undefined && !isUuid(accountId)) return [];
      const where = asked(query);
      const rows = await db.auditEvent.findMany({ where, orderBy: { id: 'desc' }, take: limit });
      return rows.map(toEntry);
    },
  };
}

function columns({ actor, accountId, clientId, ip, userAgent, requestId }: Circumstances) {
  return {
    actor,
    // A refused event would undo what it tells.
    accountId: accountId && isUuid(accountId) ? accountId : null,
    clientId: text(clientId),
    ip: text(ip),
    userAgent: text(userAgent),
    requestId: text(requestId),
  };
}

function text(value: string | undefined): string | null {
  return value === undefined ? null : cleanText(value);
}

function asked(query: AuditQuery): Prisma.AuditEventWhereInput {
  const { before, name, accountId, clientId, requestId, since } = query;
  return {
    ...(before === undefined ? {} : { id: { lt: before } }),
    ...(name === undefined ? {} : { name }),
    ...(accountId === undefined ? {} : { accountId }),
    ...(clientId === undefined ? {} : { clientId }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(since === undefined ? {} : { at: { gte: since } }),
  };
}

function toEntry(row: AuditEvent): AuditEntry {
  return {
    ...present(row),
    actor: ACTORS.find((actor) => actor === row.actor) ?? 'system',
    details: isObject(row.details) ? row.details : {},
  };
}

function isObject(value: Prisma.JsonValue): value is Prisma.JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

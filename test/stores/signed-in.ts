import { randomUUID } from 'node:crypto';
import type { Grant, SessionLife } from '../../src/sessions/store.ts';
import { durablePorts } from '../../src/stores/postgres/durable.ts';
import { protocolPorts } from '../../src/stores/postgres/protocol.ts';
import type { TestDatabase } from '../support/database.ts';

export const NOW = new Date('2026-11-20T12:00:00.000Z');
export const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

export const HOUR_S = 3600;
export const DAY_S = 24 * HOUR_S;

/** Every port of a database, and a person who is signed in with it. */
export async function signedIn(db: TestDatabase, change: Partial<SessionLife> = {}) {
  const ports = { ...durablePorts(db.prisma), ...protocolPorts(db.pool) };
  const accountId = randomUUID();
  const address = `${accountId}@example.com`;
  await ports.accounts.create({
    id: accountId,
    email: address,
    emailCanonical: address,
    admin: false,
  });
  const session = { ...aLife(accountId), ...change };
  const begin = async (life: SessionLife) =>
    (await ports.vitals.begin(life, undefined, NOW))?.session;
  await begin(session);
  const obtain = (wish: Partial<Grant> = {}) =>
    ports.grants.obtain({ ...aGrant(accountId, session.id), ...wish });
  return { ...ports, accountId, session, begin, obtain };
}

function aLife(accountId: string): SessionLife {
  return {
    id: randomUUID(),
    accountId,
    signOutVersion: 1,
    remembered: false,
    startedAt: NOW,
    lastUsedAt: NOW,
    idleS: 12 * HOUR_S,
    expiresAt: later(90 * DAY_S),
    ip: '192.0.2.1',
    userAgent: 'a browser',
  };
}

function aGrant(accountId: string, sessionId: string): Grant {
  return {
    id: randomUUID(),
    accountId,
    clientId: 'client',
    sessionId,
    signOutVersion: 1,
    offline: false,
    allowed: { openid: 'openid', resources: {} },
    createdAt: NOW,
    expiresAt: later(90 * DAY_S),
  };
}

import { randomUUID } from 'node:crypto';
import { conclude } from '../../src/logout-notices/tell-client.ts';
import { aClient } from '../clients/a-client.ts';
import { NOW, signedIn } from '../stores/signed-in.ts';
import { type Furnished, furnished } from '../support/furnished.ts';

let house: Furnished;
beforeAll(async () => {
  house = await furnished();
});
afterEach(() => house.db.logoutNotice.deleteMany());
afterAll(() => house.close());

const ROOM = { total: 100, perOrigin: 4, free: new Map() };
const claimed = (room = {}) => house.logoutNotices.claim({ ...ROOM, ...room }, 20);
const count = () => house.db.logoutNotice.count();

async function listening(origin: string): Promise<string> {
  const id = `client-${randomUUID()}`;
  const backchannelLogoutUri = `${origin}/logout`;
  await house.clients.create(aClient({ id, backchannelLogoutUri }));
  return id;
}

/** So many sessions of one person that have ended, each with a grant for those clients. */
async function ended(times: number, ...clientIds: string[]): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    const { obtain, accounts, accountId } = await signedIn(house.database);
    for (const clientId of clientIds) await obtain({ clientId, id: randomUUID() });
    await accounts.signOutEverywhere(accountId);
  }
}

describe('who is to be told', () => {
  it('stands there when the session has ended, and not otherwise', async () => {
    const clientId = await listening('https://a.example');
    const { obtain, sessions, session } = await signedIn(house.database);
    await obtain({ clientId });
    await obtain({ clientId, offline: true, id: randomUUID() });
    const undone = house.atomically(async (ports) => {
      await ports.sessions.end(session.id, NOW);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await count()).toBe(0);
    await Promise.all(Array.from({ length: 10 }, () => sessions.end(session.id, NOW)));
    expect(await count()).toBe(1);
  });

  it('is told once of what ended more than once', async () => {
    const clientId = await listening('https://a.example');
    const { obtain, accounts, accountId } = await signedIn(house.database);
    await obtain({ clientId });
    await accounts.disable(accountId, NOW);
    await accounts.enable(accountId);
    await accounts.signOutEverywhere(accountId);
    await accounts.delete(accountId);
    expect(await count()).toBe(1);
  });

  it('holds up no sign-out while it is being deleted itself', async () => {
    const clientId = await listening('https://a.example');
    const { obtain, sessions, session } = await signedIn(house.database);
    await obtain({ clientId });
    const gone = house.atomically(async ({ db }) => {
      await db.$executeRaw`DELETE FROM clients WHERE id = ${clientId}`;
      const end = sessions.end(session.id, NOW);
      await db.$executeRaw`SELECT pg_sleep(0.2)`;
      return { end };
    });
    expect(await (await gone).end).toBe(true);
    expect(await count()).toBe(0);
  });
});

describe('a notice', () => {
  it('is in the hands of exactly one of many, until it is thought to be lost', async () => {
    await ended(3, await listening('https://a.example'), await listening('https://b.example'));
    const hands = await Promise.all(Array.from({ length: 10 }, () => claimed()));
    const ids = hands.flat().map(({ id }) => id);
    expect([ids.length, new Set(ids).size]).toEqual([6, 6]);
    expect(await claimed()).toEqual([]);
    await house.db.$executeRaw`UPDATE logout_notices SET due_at = due_at - interval '21 seconds'`;
    expect(await claimed()).toHaveLength(6);
  });

  it('waits behind those for the same place, and never behind others', async () => {
    const [busy, beside] = [await listening('https://a.example'), 'https://a.example'];
    await ended(6, busy);
    await ended(1, await listening(beside), await listening('https://b.example'));
    const origins = (await claimed()).map(({ uri }) => new URL(uri).origin);
    expect(origins.toSorted()).toEqual([...Array(4).fill(beside), 'https://b.example']);
    expect(await claimed({ free: new Map([[beside, 0]]) })).toEqual([]);
    expect(await claimed({ free: new Map([[beside, 1]]) })).toHaveLength(1);
    expect(await claimed({ total: 1 })).toHaveLength(1);
  });

  it('is given up after twelve hours, and the audit trail says so once', async () => {
    const clientId = await listening('https://a.example');
    await ended(1, clientId);
    const [notice] = await claimed();
    if (!notice) throw new Error('none waits');
    const away = { outcome: 'not-now', why: 'it answered 503' } as const;
    expect(await conclude(house, notice, away)).toBe('postponed');
    const old = { ...notice, ageS: 12 * 3600 };
    const ends = await Promise.all(Array.from({ length: 5 }, () => conclude(house, old, away)));
    expect(ends.filter((end) => end === 'failed')).toHaveLength(1);
    const where = { name: 'logout-notice-failed', clientId };
    expect(await house.db.auditEvent.count({ where })).toBe(1);
    expect(await house.db.logoutNotice.findFirst()).toMatchObject({
      state: 'failed',
      why: away.why,
    });
  });
});

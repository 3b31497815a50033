import { randomUUID } from 'node:crypto';
import { type TestDatabase, freshDatabase } from '../support/database.ts';
import { aClient } from '../clients/a-client.ts';
import { HOUR_S, NOW, later, signedIn } from './signed-in.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db.close());

describe('the life of a session', () => {
  it('begins once, however many requests begin it', async () => {
    const { begin, session } = await signedIn(db);
    const id = randomUUID();
    const lives = await Promise.all(Array.from({ length: 20 }, () => begin({ ...session, id })));
    expect(lives).toEqual(Array.from({ length: 20 }, () => ({ ...session, id })));
  });

  it('belongs to one person for ever', async () => {
    const { begin, session } = await signedIn(db);
    const { accountId: another } = await signedIn(db);
    expect(await begin({ ...session, accountId: another })).toBeUndefined();
  });

  it('does not begin for who signed in before "sign out everywhere"', async () => {
    const { begin, session, accounts, accountId } = await signedIn(db);
    await accounts.signOutEverywhere(accountId);
    expect(await begin({ ...session, id: randomUUID() })).toBeUndefined();
    const now = { ...session, id: randomUUID(), signOutVersion: 2 };
    expect(await begin(now)).toEqual(now);
  });

  it('does not begin for who is disabled, nor again once ended', async () => {
    const { sessions, begin, session, accounts, accountId } = await signedIn(db);
    expect(await sessions.end(session.id, NOW)).toBe(true);
    expect(await begin(session)).toBeUndefined();
    await accounts.disable(accountId, NOW);
    const life = { ...session, id: randomUUID(), signOutVersion: 2 };
    expect(await begin(life)).toBeUndefined();
  });

  it('is ended by exactly one of many callers', async () => {
    const { sessions, session } = await signedIn(db);
    const ended = await Promise.all(
      Array.from({ length: 20 }, () => sessions.end(session.id, NOW)),
    );
    expect(ended.filter(Boolean)).toHaveLength(1);
  });

  it('notes its use once a minute', async () => {
    const { sessions, session, accountId } = await signedIn(db);
    const lastUse = async () => (await sessions.listLiving(accountId, NOW))[0]?.lastUsedAt;
    await sessions.touch(session.id, later(60));
    expect(await lastUse()).toEqual(NOW);
    await sessions.touch(session.id, later(61));
    expect(await lastUse()).toEqual(later(61));
    await sessions.touch(session.id, later(1));
    expect(await lastUse()).toEqual(later(61));
  });

  it('is listed while it lives, last used first', async () => {
    const { sessions, begin, session, accounts, accountId } = await signedIn(db);
    const usedAt = async (lastUsedAt: Date) => {
      const life = { ...session, id: randomUUID(), lastUsedAt };
      await begin(life);
      return life;
    };
    const used = await usedAt(later(HOUR_S));
    const over = await usedAt(later(2 * HOUR_S));
    await sessions.end(over.id, NOW);
    expect(await sessions.listLiving(accountId, NOW)).toEqual([used, session]);
    expect(await sessions.listLiving(accountId, later(12.5 * HOUR_S))).toEqual([used]);
    await accounts.signOutEverywhere(accountId);
    expect(await sessions.listLiving(accountId, NOW)).toEqual([]);
  });
});

describe('a grant', () => {
  it('is one for a session, client and kind, and holds what each parallel request asked for', async () => {
    for (let round = 0; round < 25; round += 1) {
      const { obtain, vitals } = await signedIn(db);
      const asked = Array.from({ length: 20 }, (_, index) => ({
        openid: `openid scope-${index}`,
        resources: { [`https://api-${index % 3}.example`]: `read write-${index}` },
      }));
      const obtained = await Promise.all(asked.map((allowed) => obtain({ allowed })));
      const ids = new Set(obtained.map(({ id }) => id));
      expect(ids.size).toBe(1);
      for (const [index, { allowed }] of obtained.entries()) {
        expect(scopes(allowed.openid)).toEqual(
          expect.arrayContaining(['openid', `scope-${index}`]),
        );
      }
      const kept = await vitals.ofGrant(String([...ids][0]), NOW);
      const { openid, resources } = { ...kept?.grants[0]?.allowed };
      expect(scopes(openid)).toHaveLength(21);
      // Three APIs, each with "read", and twenty scopes of their own.
      expect(Object.values({ ...resources }).flatMap(scopes)).toHaveLength(23);
    }
  });

  it('that is offline is another one', async () => {
    const { obtain } = await signedIn(db);
    const [bound, offline] = [await obtain(), await obtain({ offline: true })];
    expect(bound.id).not.toBe(offline.id);
    expect((await obtain()).id).toBe(bound.id);
  });

  it('is never brought back once revoked: the next one is new', async () => {
    const { obtain, grants, vitals } = await signedIn(db);
    const first = await obtain();
    expect(await grants.revoke(first.id, NOW)).toBe(true);
    expect(await grants.revoke(first.id, NOW)).toBe(false);
    const allowed = { openid: 'openid email', resources: {} };
    const next = await Promise.all(Array.from({ length: 20 }, () => obtain({ allowed })));
    expect(new Set(next.map(({ id }) => id)).size).toBe(1);
    expect(next[0]?.id).not.toBe(first.id);
    expect(scopes(String(next[0]?.allowed.openid)).toSorted()).toEqual(['email', 'openid']);
    expect(await vitals.ofGrant(first.id, NOW)).toBeUndefined();
  });

  it('of a session of somebody else is not handed out', async () => {
    const { obtain } = await signedIn(db);
    const { accountId: another } = await signedIn(db);
    await obtain();
    await expect(obtain({ accountId: another })).rejects.toThrow('somebody else');
  });
});

describe('what a person agreed to', () => {
  it('is remembered whole, also when two tabs agree at once', async () => {
    const { consents, clients, accountId } = await signedIn(db);
    await clients.create(aClient({ id: 'remembering' }));
    expect(await consents.find(accountId, 'remembering')).toBeUndefined();
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        consents.remember(accountId, 'remembering', {
          openid: `openid s${index}`,
          resources: { 'https://api.example': `read r${index}` },
        }),
      ),
    );
    const kept = await consents.find(accountId, 'remembering');
    expect(scopes(kept?.openid)).toHaveLength(21);
    expect(scopes(kept?.resources['https://api.example'])).toHaveLength(21);
    expect(await consents.forget(accountId, 'remembering')).toBe(true);
    expect(await consents.forget(accountId, 'remembering')).toBe(false);
    expect(await consents.find(accountId, 'remembering')).toBeUndefined();
  });
});

function scopes(list = ''): string[] {
  return list.split(' ');
}

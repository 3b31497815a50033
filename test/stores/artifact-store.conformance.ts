import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ArtifactStore, StoredSession } from '../../src/oidc/protocol-store.ts';

/** What every home of short-lived records must do, whoever asks at the same moment. */
export function artifactStoreConformance(backend: string, open: () => Promise<Opened>): void {
  describe(`short-lived records in ${backend}`, () => {
    let opened: Opened;
    let store: ArtifactStore;
    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    afterAll(() => opened.close());

    records(() => store);
    onlyOnce(() => store);
    sessions(() => store);
  });
}

export interface Opened {
  store: ArtifactStore;
  close(): Promise<void>;
}

const CALLERS = 32;
const ROUNDS = 200;

function records(store: () => ArtifactStore): void {
  it('finds what was put, and nothing else', async () => {
    const id = randomUUID();
    const payload = { seal: 'abc', list: [], deep: { empty: {}, text: 'é\u2028"' } };
    await store().put('Interaction', id, payload, 60);
    expect(await store().find('Interaction', id)).toEqual({ payload, consumed: false });
    expect(await store().find('Interaction', randomUUID())).toBeUndefined();
  });

  it('finds several models of one id together, in the order asked for', async () => {
    const id = randomUUID();
    await store().put('Interaction', id, { of: 'interaction' }, 60);
    await store().put('Progress', id, { of: 'progress' }, 60);
    await store().consume('Progress', id);
    expect(await store().findTogether(['Progress', 'Request', 'Interaction'], id)).toEqual([
      { payload: { of: 'progress' }, consumed: true },
      undefined,
      { payload: { of: 'interaction' }, consumed: false },
    ]);
  });

  it('keeps one model apart from another', async () => {
    const id = randomUUID();
    await store().put('Interaction', id, { of: 'interaction' }, 60);
    await store().put('AuthorizationCode', id, { of: 'code' }, 60);
    await store().consume('AuthorizationCode', id);
    await store().remove('AuthorizationCode', id);
    expect(await store().find('Interaction', id)).toEqual({
      payload: { of: 'interaction' },
      consumed: false,
    });
    expect(await store().find('AuthorizationCode', id)).toBeUndefined();
  });

  it('replaces a payload, and remembers that it was consumed', async () => {
    const id = randomUUID();
    await store().put('Interaction', id, { step: 1 }, 60);
    await store().consume('Interaction', id);
    await store().put('Interaction', id, { step: 2 }, 60);
    expect(await store().find('Interaction', id)).toEqual({ payload: { step: 2 }, consumed: true });
  });

  it('forgets what has expired', async () => {
    const id = randomUUID();
    await store().put('Interaction', id, {}, 1);
    await store().putOnce('ReplayDetection', id, 1);
    await store().mergeSession(id, session(), 1);
    // Its own clock decides, and cannot be turned.
    await pause(1100);
    expect(await store().find('Interaction', id)).toBeUndefined();
    expect(await store().consume('Interaction', id)).toBe(false);
    expect(await store().putOnce('ReplayDetection', id, 60)).toBe(true);
    expect(await store().findSession(id)).toBeUndefined();
    await store().put('Interaction', id, { again: true }, 60);
    expect(await store().find('Interaction', id)).toEqual({
      payload: { again: true },
      consumed: false,
    });
  });

  it('serves many callers at once, each with its own record', async () => {
    const ids = Array.from({ length: CALLERS }, () => randomUUID());
    const found = await Promise.all(
      ids.map(async (id) => {
        await store().put('PushedAuthorizationRequest', id, { id }, 60);
        return (await store().find('PushedAuthorizationRequest', id))?.payload;
      }),
    );
    expect(found).toEqual(ids.map((id) => ({ id })));
  });
}

function onlyOnce(store: () => ArtifactStore): void {
  it('lets exactly one of many callers consume a record, in every round', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const id = randomUUID();
      await store().put('AuthorizationCode', id, {}, 60);
      expect(await winners(() => store().consume('AuthorizationCode', id))).toBe(1);
      expect((await store().find('AuthorizationCode', id))?.consumed).toBe(true);
    }
  });

  it('lets exactly one of many callers leave a mark, in every round', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const id = randomUUID();
      expect(await winners(() => store().putOnce('ReplayDetection', id, 60))).toBe(1);
    }
  });

  it('does not let anybody consume what is not there', async () => {
    const id = randomUUID();
    expect(await winners(() => store().consume('AuthorizationCode', id))).toBe(0);
    expect(await store().find('AuthorizationCode', id)).toBeUndefined();
  });
}

async function winners(attempt: () => Promise<boolean>): Promise<number> {
  const outcomes = await Promise.all(Array.from({ length: CALLERS }, attempt));
  return outcomes.filter(Boolean).length;
}

function sessions(store: () => ArtifactStore): void {
  it('keeps the authorizations that parallel requests add to one session', async () => {
    for (let round = 0; round < 20; round += 1) {
      const id = randomUUID();
      const clients = Array.from({ length: CALLERS }, (_, index) => `client-${index}`);
      await store().mergeSession(id, session('first'), 60);
      await Promise.all(clients.map((client) => store().mergeSession(id, session(client), 60)));
      expect(clientsOf(await store().findSession(id))).toEqual(['first', ...clients].toSorted());
    }
  });

  it('answers a session as it was written', async () => {
    const id = randomUUID();
    await store().mergeSession(id, session('one', 'a.b:c-{}'), 60);
    expect(await store().findSession(id)).toEqual(session('one', 'a.b:c-{}'));
    await store().mergeSession(id, { payload: { uid: 'u' }, authorizations: {} }, 60);
    expect(await store().findSession(id)).toEqual({
      payload: { uid: 'u' },
      authorizations: session('one', 'a.b:c-{}').authorizations,
    });
  });

  it('says of a session that it moved on, and carries along what late requests add to it', async () => {
    const [before, after] = [randomUUID(), randomUUID()];
    await store().mergeSession(before, session('one'), 60);
    expect(await store().moveSession(before, after)).toEqual(session('one').authorizations);
    expect(await store().findSession(before)).toBe('moved');

    expect(await store().mergeSession(before, session('late-1'), 60)).toBe('moved');
    expect(await store().findSession(after)).toBeUndefined();
    expect(await store().mergeSession(after, session('one'), 60)).toBe('merged');
    expect(await store().mergeSession(before, session('late-2'), 60)).toBe('moved');
    expect(await store().findSession(before)).toBe('moved');
    expect(clientsOf(await store().findSession(after))).toEqual(['late-1', 'late-2', 'one']);
  });

  it('loses nothing that is added while a session moves on', async () => {
    for (let round = 0; round < 50; round += 1) {
      const [before, after] = [randomUUID(), randomUUID()];
      await store().mergeSession(before, session('first'), 60);
      const clients = Array.from({ length: 16 }, (_, index) => `client-${index}`);
      const late = clients.map((client) => store().mergeSession(before, session(client), 60));
      const left = await store().moveSession(before, after);
      const { payload } = session();
      await store().mergeSession(after, { payload, authorizations: left }, 60);
      await Promise.all(late);
      expect(clientsOf(await store().findSession(after))).toEqual(['first', ...clients].toSorted());
    }
  });

  it('leaves no mark where no session was', async () => {
    const id = randomUUID();
    expect(await store().moveSession(id, randomUUID())).toEqual({});
    expect(await store().findSession(id)).toBeUndefined();
  });

  it('forgets a session that was removed', async () => {
    const id = randomUUID();
    await store().mergeSession(id, session('one'), 60);
    await store().removeSession(id);
    expect(await store().findSession(id)).toBeUndefined();
  });
}

function session(...clients: string[]): StoredSession {
  return {
    payload: { uid: 'u', accountId: 'a', amr: ['pwd'], none: [] },
    authorizations: Object.fromEntries(clients.map((client) => [client, { sid: `${client}.sid` }])),
  };
}

function clientsOf(found: StoredSession | 'moved' | undefined): unknown {
  return typeof found === 'object' ? Object.keys(found.authorizations).toSorted() : found;
}

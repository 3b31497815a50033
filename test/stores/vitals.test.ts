import { randomUUID } from 'node:crypto';
import { type TestDatabase, freshDatabase } from '../support/database.ts';
import { DAY_S, HOUR_S, NOW, later, signedIn } from './signed-in.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db.close());

type SignedIn = Awaited<ReturnType<typeof signedIn>>;

interface Case {
  what: string;
  happens?: (person: SignedIn, grantId: string) => Promise<unknown>;
  at?: Date;
  lives: { bound: boolean; offline: boolean; session: boolean };
}

const ALL = { bound: true, offline: true, session: true };
const NOTHING = { bound: false, offline: false, session: false };
const ONLY_OFFLINE = { bound: false, offline: true, session: false };

const CASES: Case[] = [
  { what: 'nothing happened', lives: ALL },
  {
    what: 'a grant was revoked',
    happens: ({ grants }, id) => grants.revoke(id, NOW),
    lives: { ...ALL, bound: false },
  },
  {
    what: 'the session was ended',
    happens: ({ sessions, session }) => sessions.end(session.id, NOW),
    lives: ONLY_OFFLINE,
  },
  {
    what: 'the account was disabled',
    happens: ({ accounts, accountId }) => accounts.disable(accountId, NOW),
    lives: NOTHING,
  },
  {
    what: 'the account was disabled and enabled again',
    happens: async ({ accounts, accountId }) => {
      await accounts.disable(accountId, NOW);
      await accounts.enable(accountId);
    },
    lives: NOTHING,
  },
  {
    what: 'its owner signed out everywhere',
    happens: ({ accounts, accountId }) => accounts.signOutEverywhere(accountId),
    lives: NOTHING,
  },
  {
    what: 'the password was changed',
    happens: ({ accounts, accountId }) => accounts.changePassword(accountId, 'hash', 1),
    lives: NOTHING,
  },
  {
    what: 'the account was deleted',
    happens: ({ accounts, accountId }) => accounts.delete(accountId),
    lives: NOTHING,
  },
  {
    what: 'the person took back what the application may do',
    happens: ({ grants, accountId }) => grants.revokeAll(accountId, 'client', NOW),
    lives: { bound: false, offline: false, session: true },
  },
  { what: 'it was not used for a while', at: later(12 * HOUR_S - 1), lives: ALL },
  { what: 'it was idle for too long', at: later(12 * HOUR_S), lives: ONLY_OFFLINE },
  {
    what: 'it was idle, but used in between',
    happens: ({ sessions, session }) => sessions.touch(session.id, later(HOUR_S)),
    at: later(12 * HOUR_S),
    lives: ALL,
  },
  {
    what: 'it is used every day until its absolute end',
    happens: ({ sessions, session }) => sessions.touch(session.id, later(20 * DAY_S - 60)),
    at: later(20 * DAY_S),
    lives: ONLY_OFFLINE,
  },
  { what: 'the grants have expired', at: later(30 * DAY_S), lives: NOTHING },
];

it.each(CASES)('decides what lives when $what', async ({ happens, at = NOW, lives }) => {
  const person = await signedIn(db, { expiresAt: later(20 * DAY_S) });
  const until = later(30 * DAY_S);
  const bound = await person.obtain({ expiresAt: until });
  const offline = await person.obtain({ offline: true, expiresAt: until });
  await happens?.(person, bound.id);

  const ofBound = await person.vitals.ofGrant(bound.id, at);
  const ofOffline = await person.vitals.ofGrant(offline.id, at);
  const ofSession = await person.vitals.ofSession(person.session.id, 'client', at);
  expect({
    bound: ofBound !== undefined,
    offline: ofOffline !== undefined,
    session: ofSession !== undefined,
  }).toEqual(lives);
  expect(ofOffline?.session !== undefined).toBe(lives.offline && lives.session);
});

it('answers everything at once: the person, the session, and the grants of the client', async () => {
  const { vitals, session, accountId, obtain } = await signedIn(db);
  const bound = await obtain();
  const offline = await obtain({ offline: true });
  await obtain({ clientId: 'another' });

  const ofSession = await vitals.ofSession(session.id, 'client', NOW);
  expect(ofSession?.account).toMatchObject({ id: accountId, signOutVersion: 1, admin: false });
  expect(ofSession?.session).toEqual(session);
  expect(ofSession?.grants.toSorted(byId)).toEqual([bound, offline].toSorted(byId));
  expect((await vitals.ofSession(session.id, undefined, NOW))?.grants).toEqual([]);

  const ofGrant = await vitals.ofGrant(bound.id, NOW);
  expect(ofGrant).toEqual({ ...ofSession, grants: [bound] });
});

it('knows nothing of what never was', async () => {
  const { vitals } = await signedIn(db);
  expect(await vitals.ofGrant(randomUUID(), NOW)).toBeUndefined();
  expect(await vitals.ofSession(randomUUID(), 'client', NOW)).toBeUndefined();
});

const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id);

it('answers each of many who ask at once what is theirs', async () => {
  const { vitals, grants, obtain, session } = await signedIn(db);
  const ids = Array.from({ length: 150 }, (_, at) => `client-${at}`);
  const all = await Promise.all(ids.map((clientId) => obtain({ clientId })));
  const revoked = new Set(all.filter((_, at) => at % 3 === 0).map(({ id }) => id));
  await Promise.all([...revoked].map((id) => grants.revoke(id, NOW)));

  const asked = [...all, ...all.slice(0, 10)];
  const answers = await Promise.all(asked.map(({ id }) => vitals.ofGrant(id, NOW)));
  expect(answers.map((vital) => vital?.grants)).toEqual(
    asked.map((grant) => (revoked.has(grant.id) ? undefined : [grant])),
  );
  expect(answers[1]?.session).toEqual(session);
});

it('never gives an answer that is older than the question', async () => {
  const { vitals, grants, obtain } = await signedIn(db);
  const others = await Promise.all(['a', 'b'].map((clientId) => obtain({ clientId })));
  for (let round = 0; round < 20; round += 1) {
    const { id } = await obtain({ clientId: `round-${round}` });
    const underWay = [...others, { id }].map((one) => vitals.ofGrant(one.id, NOW));
    await grants.revoke(id, NOW);
    const after = await Promise.all([...others, { id }].map((one) => vitals.ofGrant(one.id, NOW)));
    expect(after.map((vital) => vital !== undefined)).toEqual([true, true, false]);
    await Promise.all(underWay);
  }
});

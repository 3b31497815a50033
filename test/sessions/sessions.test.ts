import { randomUUID } from 'node:crypto';
import { endSession } from '../../src/sessions/end-session.ts';
import { listSessions } from '../../src/sessions/list-sessions.ts';
import { signOutEverywhere } from '../../src/sessions/sign-out-everywhere.ts';
import { postgresVitals } from '../../src/stores/postgres/vitals.ts';
import { type People, openPeople } from '../support/accounts.ts';

const by = { actor: 'person' as const };

let people: People;
let ada: string;
let bob: string;
beforeAll(async () => {
  people = await openPeople();
  ada = await people.invite({ email: 'ada@example.com' });
  bob = await people.invite({ email: 'bob@example.com' });
});
afterAll(() => people.close());

async function signIn(accountId: string, lastUsedAgoMs = 0): Promise<string> {
  const at = new Date(Date.now() - lastUsedAgoMs);
  const account = await people.accounts.find(accountId);
  const begun = {
    id: randomUUID(),
    accountId,
    signOutVersion: account?.signOutVersion ?? 0,
    remembered: false,
    startedAt: at,
    lastUsedAt: at,
    idleS: 3600,
    expiresAt: new Date(Date.now() + 86_400_000),
  };
  await postgresVitals(people.db.pool).begin(begun, undefined, at);
  return begun.id;
}

const idsOf = async (accountId: string) =>
  (await listSessions(people, accountId)).map(({ id }) => id);

it('lists the living sessions of a person, last used first', async () => {
  const older = await signIn(ada, 60_000);
  const newer = await signIn(ada);
  await signIn(ada, 3_700_000);
  await signIn(bob);
  expect(await idsOf(ada)).toEqual([newer, older]);
});

it("ends one's own session once, and never somebody else's", async () => {
  const sessionId = await signIn(ada);
  expect(await endSession(people, { accountId: bob, sessionId }, by)).toBe('unknown');
  expect(await idsOf(ada)).toContain(sessionId);

  const end = () => endSession(people, { accountId: ada, sessionId }, by);
  const outcomes = await Promise.all([end(), end(), end()]);
  expect(outcomes.toSorted()).toEqual(['ended', 'unknown', 'unknown']);
  expect(await idsOf(ada)).not.toContain(sessionId);
  expect(await people.events(ada)).toEqual(['account-created', 'signed-out']);
});

it('signing out everywhere ends them all, and nobody else is touched', async () => {
  const others = await idsOf(bob);
  await signIn(ada);
  await signOutEverywhere(people, ada, by);
  expect(await idsOf(ada)).toEqual([]);
  expect(await idsOf(bob)).toEqual(others);
});

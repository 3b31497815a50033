import { randomUUID } from 'node:crypto';
import { type People, openPeople } from '../support/accounts.ts';

let people: People;
beforeAll(async () => {
  people = await openPeople();
});
afterAll(() => people.close());

const last = async () => (await people.audit.list({ limit: 1 }))[0];

it('drops NUL, line breaks, terminal controls and halves of characters, whatever field holds them', async () => {
  await people.audit.record(
    'client-updated',
    { fields: ['na\0me', 'a\r\n2026-01-01 forged', 'x\ud800', '\u001b[31mred', '\u202eevil'] },
    {
      actor: 'person',
      clientId: 'cli\0ent',
      ip: '127.0.0.1\n',
      userAgent: 'Mozilla\r\nX: y\u009b\ud800',
      requestId: 'req\u2028uest',
    },
  );
  expect(await last()).toMatchObject({
    clientId: 'client',
    ip: '127.0.0.1',
    userAgent: 'MozillaX: y\ufffd',
    requestId: 'request',
    details: { fields: ['name', 'a2026-01-01 forged', 'x\ufffd', '[31mred', 'evil'] },
  });
});

it('cuts what is too long, without halving a character', async () => {
  await people.audit.record(
    'account-deleted',
    { email: 'x'.repeat(100_000) },
    { actor: 'system', userAgent: `x${'🗝'.repeat(5000)}` },
  );
  const entry = await last();
  expect(entry?.details['email']).toHaveLength(500);
  expect(entry?.userAgent?.length).toBeLessThanOrEqual(500);
  expect(entry?.userAgent?.isWellFormed()).toBe(true);
});

it('records an account id that is none without it: the event matters more', async () => {
  await people.audit.record(
    'sign-in-refused',
    { why: 'unknown-person' },
    { actor: 'person', accountId: "x' OR 1=1" },
  );
  const entry = await last();
  expect(entry).toMatchObject({ name: 'sign-in-refused', details: { why: 'unknown-person' } });
  expect(entry).not.toHaveProperty('accountId');
});

it('keeps the tree of what was allowed', async () => {
  const allowed = { openid: 'openid email', resources: { 'https://api.example.com': 'read' } };
  await people.audit.record('consent-given', { allowed }, { actor: 'person' });
  expect(await last()).toMatchObject({ details: { allowed } });
});

it('lists newest first by who, what, where and when, page by page', async () => {
  const [accountId, other] = [randomUUID(), randomUUID()];
  for (let index = 0; index < 5; index += 1) {
    await people.audit.record(
      'signed-in',
      { remembered: index > 2 },
      {
        actor: 'person',
        accountId,
        clientId: `client-${index % 2}`,
        requestId: `request-${index}`,
      },
    );
  }
  await people.audit.record('signed-out', {}, { actor: 'person', accountId: other });

  const of = async (query: object) => {
    const entries = await people.audit.list({ limit: 100, ...query });
    return entries.map(({ requestId }) => requestId);
  };
  expect(await of({ accountId, clientId: 'client-1' })).toEqual(['request-3', 'request-1']);
  expect(await of({ requestId: 'request-2' })).toEqual(['request-2']);
  expect(await of({ accountId, name: 'signed-out' })).toEqual([]);
  expect(await of({ accountId: 'nobody' })).toEqual([]);
  expect(await of({ accountId, since: new Date(Date.now() + 60_000) })).toEqual([]);
  expect(await of({ accountId, since: new Date(Date.now() - 60_000) })).toHaveLength(5);

  const page = await people.audit.list({ accountId, limit: 2 });
  const before = page.at(-1)?.id;
  expect(await of({ accountId, before })).toEqual(['request-2', 'request-1', 'request-0']);
});

it('is undone with the change that it tells', async () => {
  const accountId = randomUUID();
  const failing = people.atomically(async ({ audit }) => {
    await audit.record('signed-out', {}, { actor: 'person', accountId });
    throw new Error('the change failed');
  });
  await expect(failing).rejects.toThrow('the change failed');
  expect(await people.events(accountId)).toEqual([]);
});

import { randomUUID } from 'node:crypto';
import * as jose from 'jose';
import { deleteAccount } from '../../src/accounts/delete-account.ts';
import { disableAccount } from '../../src/accounts/disable-account.ts';
import { setPassword } from '../../src/accounts/set-password.ts';
import type { ClientRegistration } from '../../src/clients/store.ts';
import { updateClient } from '../../src/clients/update-client.ts';
import { endSession } from '../../src/sessions/end-session.ts';
import { signOutEverywhere } from '../../src/sessions/sign-out-everywhere.ts';
import { aClient } from '../clients/a-client.ts';
import { PUBLIC, application, signIn, within } from '../oidc/application.ts';
import { BACKENDS, type Person, type TestHouse, openTestHouse } from '../support/house.ts';
import { timed } from '../support/stopwatch.ts';
import { type Receiver, openReceiver } from './receivers.ts';

const CLI = { actor: 'cli' } as const;
const SOON_MS = 15_000;
const OFFLINE = { prompt: 'consent' };

let house: TestHouse;
const receivers: Receiver[] = [];
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.close();
});

async function listening(wish = {}) {
  const receiver = await openReceiver();
  receivers.push(receiver);
  const app = await application(house, { ...PUBLIC, backchannelLogoutUri: receiver.uri, ...wish });
  return { ...app, receiver };
}

const told = ({ tokens }: Receiver, times = 1) =>
  within(SOON_MS, async () => tokens.length >= times);
const waiting = () => house.house.db.logoutNotice.count();
const waits = (count: number) => within(SOON_MS, async () => (await waiting()) === count);
const nothingWaits = () => waits(0);

function verified(token: string | undefined, audience: string) {
  const keys = jose.createRemoteJWKSet(new URL(`${house.issuer}/jwks`));
  const expected = { issuer: house.issuer, audience, typ: 'logout+jwt', algorithms: ['RS256'] };
  return jose.jwtVerify(token ?? '', keys, expected);
}

async function endTheOne({ id: accountId }: Person) {
  const [session] = await house.house.sessions.listLiving(accountId, house.now());
  return endSession(house.house, { accountId, sessionId: session?.id ?? '' }, CLI);
}

async function newPassword({ id }: Person) {
  const account = await house.house.accounts.find(id);
  if (!account) throw new Error('gone');
  return setPassword(house.house, { account, password: 'another password', by: 'cli' }, CLI);
}

const WAYS: ((person: Person) => Promise<unknown>)[] = [
  ({ id }) => signOutEverywhere(house.house, id, CLI),
  endTheOne,
  newPassword,
  ({ id }) => disableAccount(house.house, id, CLI),
  ({ id }) => deleteAccount(house.house, id, CLI),
];

const withoutAddress = ({ backchannelLogoutUri: _gone, ...rest }: ClientRegistration) => rest;

describe.each(BACKENDS)('a sign-out, with sessions in %s', (backend) => {
  beforeAll(async () => {
    house = await openTestHouse({ backend });
  });
  afterAll(() => house.close());

  it('is told to every application that took part, by a token that they can check', async () => {
    const [first, second, stranger] = [await listening(), await listening(), await listening()];
    const deaf = await application(house, PUBLIC);
    const { browser, person, tokens } = await signIn(first);
    await signIn(second, { browser, person, scope: 'openid offline_access', extra: OFFLINE });
    const { tokens: withoutSid } = await signIn(deaf, { browser, person });
    await signIn(stranger);
    await browser.submit(await browser.visit('/session/end'));

    expect(await told(first.receiver)).toBe(true);
    expect(await told(second.receiver)).toBe(true);
    const { payload } = await verified(first.receiver.tokens[0], first.id);
    const { iat = 0, exp = 0 } = payload;
    expect(payload).toEqual({
      iss: house.issuer,
      aud: first.id,
      iat,
      exp,
      jti: expect.any(String),
      sub: person.id,
      sid: tokens.claims()?.['sid'],
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    });
    expect(exp - iat).toBe(120);
    const { payload: other } = await verified(second.receiver.tokens[0], second.id);
    expect(other.sub).toBe(person.id);
    expect([payload.jti, payload['sid']]).not.toContain(other.jti);
    expect(other['sid']).not.toBe(payload['sid']);
    expect(withoutSid.claims()?.['sid']).toBeUndefined();
    expect(await nothingWaits()).toBe(true);
    expect(stranger.receiver.tokens).toEqual([]);
    expect(first.receiver.tokens).toHaveLength(1);
  });
});

describe('applications are told', () => {
  afterEach(() => house.house.db.logoutNotice.deleteMany());
  beforeAll(async () => {
    house = await openTestHouse();
  });
  afterAll(() => house.close());

  it('in whatever way a session ends', async () => {
    const apps = await Promise.all(
      WAYS.map(async (end) => {
        const app = await listening();
        return { app, end, ...(await signIn(app)) };
      }),
    );
    for (const { end, person } of apps) await end(person);
    for (const { app, person, tokens } of apps) {
      expect(await told(app.receiver)).toBe(true);
      const { payload } = await verified(app.receiver.tokens[0], app.id);
      expect([payload.sub, payload['sid']]).toEqual([person.id, tokens.claims()?.['sid']]);
    }
    expect(await nothingWaits()).toBe(true);
  });

  it('of nothing that merely expires', async () => {
    const app = await listening();
    const { person } = await signIn(app);
    const of = { accountId: person.id };
    await house.house.db.session.updateMany({ where: of, data: { expiresAt: new Date(0) } });
    await house.house.chores['clean-up']({});
    expect(await house.house.db.session.count({ where: of })).toBe(0);
    expect(await waiting()).toBe(0);
  });

  it('while others hang, and the person waits for nobody', async () => {
    const [slow, quick] = [await listening(), await listening()];
    slow.receiver.behave(() => {});
    const { browser, person } = await signIn(slow);
    await signIn(quick, { browser, person });
    const page = await browser.visit('/session/end');
    const done = await timed(() => browser.submit(page));
    expect(done.text).toContain('You are signed out');
    expect(done.ms).toBeLessThan(1000);
    expect(await told(quick.receiver)).toBe(true);
    expect(await waits(1)).toBe(true);

    slow.receiver.behave((response) => void response.writeHead(204).end());
    expect(await nothingWaits()).toBe(true);
    expect(house.log.text()).toContain('an application hears of no sign-out');
  });

  it('once more where they answered with an error, by a token of its own', async () => {
    const app = await listening();
    app.receiver.behave((response) => void response.writeHead(500).end());
    const { browser } = await signIn(app);
    await browser.submit(await browser.visit('/session/end'));
    expect(await told(app.receiver)).toBe(true);
    app.receiver.behave((response) => void response.end());
    expect(await nothingWaits()).toBe(true);
    const ids = app.receiver.tokens.map((token) => jose.decodeJwt(token).jti);
    expect(ids.length).toBeGreaterThan(1);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('not again by those who say that a token is wrong: the audit trail tells of it', async () => {
    const app = await listening();
    app.receiver.behave((response) => void response.writeHead(400).end());
    const { browser } = await signIn(app);
    await browser.submit(await browser.visit('/session/end'));
    const failed = () =>
      house.house.db.auditEvent.count({
        where: { name: 'logout-notice-failed', clientId: app.id },
      });
    expect(await within(SOON_MS, async () => (await failed()) === 1)).toBe(true);
    expect(app.receiver.tokens).toHaveLength(1);
  });

  it('of nothing any more once they gave up their address', async () => {
    const app = await listening();
    app.receiver.behave((response) => void response.writeHead(503).end());
    const { browser } = await signIn(app);
    await browser.submit(await browser.visit('/session/end'));
    expect(await told(app.receiver)).toBe(true);
    await updateClient(house.house, { id: app.id, change: withoutAddress }, CLI);
    expect(await waiting()).toBe(0);
  });
});

const PRODUCTION = {
  NODE_ENV: 'production',
  ISSUER: 'https://id.example',
  SMTP_URL: 'smtps://mail.example',
  MAIL_FROM: 'no-reply@id.example',
};

it('nobody is told on the inside in production, however the address got there', async () => {
  const canary = await openReceiver();
  receivers.push(canary);
  const there = { backchannelLogoutUri: canary.uri };
  house = await openTestHouse({ env: PRODUCTION });
  await expect(house.client(there)).rejects.toThrow('must be an https address');
  const client = aClient(there);
  await house.house.clients.create(client);
  const [id, accountId, sessionId] = [randomUUID(), randomUUID(), 'a session'];
  const data = { id, accountId, sessionId, clientId: client.id };
  await house.house.db.logoutNotice.create({ data });
  const met = async () => (await house.house.db.logoutNotice.findUnique({ where: { id } }))?.why;
  expect(await within(SOON_MS, async () => typeof (await met()) === 'string')).toBe(true);
  expect(await met()).toBe('its address is one of an inner network');
  expect(canary.connections()).toBe(0);
  await house.close();
});

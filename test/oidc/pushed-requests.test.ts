import { BACKENDS, type TestHouse, openTestHouse } from '../support/house.ts';
import {
  type Application,
  application,
  field,
  me,
  post,
  redeem,
  request,
  signIn,
  throughPages,
} from './application.ts';
import { expectQuietLibrary } from './quiet.ts';

expectQuietLibrary();

describe.each(BACKENDS)('a pushed request (%s)', (backend) => {
  let house: TestHouse;
  let app: Application;
  beforeAll(async () => {
    house = await openTestHouse({ backend });
    app = await application(house, { firstParty: true });
  });
  afterAll(() => house.close());

  async function push(extra: Record<string, string> = {}, by = app) {
    const { url, verifier, state } = await request(by, { extra });
    const answer = await post(by, '/request', url.searchParams);
    const uri = field(answer, 'request_uri');
    const query = new URLSearchParams({ client_id: by.id, request_uri: uri }).toString();
    return { answer, verifier, state, path: `/auth?${query}` };
  }

  it('is answered with a short-lived address, and leads to tokens', async () => {
    const { answer, verifier, state, path } = await push();
    expect([answer.status, answer.json()['expires_in']]).toEqual([201, 60]);
    const leftFor = await throughPages(house.browser(), path, await house.person());
    const tokens = await redeem(app, { answer: leftFor, verifier, state });
    expect((await me(house, tokens.access_token)).status).toBe(200);
  });

  it('keeps offline_access, which the person agreed to', async () => {
    const third = await application(house);
    const { verifier, state, path } = await push({ scope: 'openid offline_access' }, third);
    const leftFor = await throughPages(house.browser(), path, await house.person());
    const tokens = await redeem(third, { answer: leftFor, verifier, state });
    expect(tokens.scope).toContain('offline_access');
  });

  it('is good for one authorization, of ten at once', async () => {
    const { browser } = await signIn(app);
    const { path } = await push();
    const answers = await Promise.all(Array.from({ length: 10 }, () => browser.visit(path)));
    const codes = answers.map(({ leftFor }) => leftFor?.searchParams.get('code')).filter(Boolean);
    expect(codes).toHaveLength(1);
    const again = await browser.visit(path);
    expect(again.leftFor?.searchParams.get('code') ?? null).toBeNull();
  });

  it('is nothing in the hands of another client', async () => {
    const { browser } = await signIn(app);
    const other = await application(house, { firstParty: true });
    const { path } = await push();
    const stolen = await browser.visit(path.replace(app.id, other.id));
    expect(stolen.leftFor?.searchParams.get('code') ?? null).toBeNull();
  });

  it('is over after a minute', async () => {
    const { browser } = await signIn(app);
    const { path } = await push();
    house.turnClock(70_000);
    const late = await browser.visit(path);
    house.turnClock(-70_000);
    expect(late.leftFor?.searchParams.get('code') ?? null).toBeNull();
  });

  it('is the only way for a client that must push', async () => {
    const careful = await application(house, { firstParty: true, requirePushedRequests: true });
    const open = await house.browser().visit((await request(careful)).url.href);
    expect(open.leftFor?.searchParams.get('error')).toBe('invalid_request');
    expect((await push({}, careful)).answer.status).toBe(201);
  });

  it.each([
    ['without a challenge', { code_challenge: '' }, 'invalid_request'],
    ['to another address', { redirect_uri: 'https://evil.example/' }, 'invalid_request'],
    ['with a NUL', { state: '\0' }, 'invalid_request'],
    [
      'inside another',
      { request_uri: 'urn:ietf:params:oauth:request_uri:x' },
      'request_uri_not_supported',
    ],
  ])('%s is refused when it is pushed', async (_what, extra, error) => {
    const { answer } = await push(extra);
    expect([answer.status, field(answer, 'error')]).toEqual([400, error]);
  });

  it('needs the client to say who it is', async () => {
    const { url } = await request(app);
    const answer = await post({ house, id: app.id, secret: '' }, '/request', url.searchParams);
    expect([answer.status, field(answer, 'error')]).toEqual([401, 'invalid_client']);
  });
});

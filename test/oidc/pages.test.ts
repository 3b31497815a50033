import { type TestHouse, openTestHouse } from '../support/house.ts';
import { type Application, PUBLIC, application, post, request } from './application.ts';

let house: TestHouse;
let app: Application;
beforeAll(async () => {
  house = await openTestHouse();
  app = await application(house, { ...PUBLIC, name: 'Atlas' });
});
afterAll(() => house.close());

const ask = async (extra: Record<string, string>, headers: Record<string, string> = {}) =>
  house.browser().visit((await request(app, { extra })).url.href, { headers });
const tunnel = { 'x-forwarded-for': '203.0.113.7' };

describe('the page of an error', () => {
  it('says that an application is not known, and sends nobody anywhere', async () => {
    const page = await ask({ client_id: 'nobody' });
    expect([page.status, page.leftFor]).toEqual([400, undefined]);
    expect(page.text).toContain('We do not know this application');
    expect(page.text).toContain('role="alert"');
    expect(page.text).toContain(page.headers.get('x-request-id'));
  });

  it('tells a developer what was received, what is registered, and what would allow it', async () => {
    const page = await ask({ redirect_uri: "https://app.example/'cb" });
    expect([page.status, page.leftFor]).toEqual([400, undefined]);
    expect(page.text).toContain("https://app.example/'cb");
    expect(page.text).toContain('https://app.example/cb');
    expect(page.text).toContain('npx gatehouse client update');
  });

  it('tells a stranger none of it', async () => {
    const page = await ask({ redirect_uri: 'https://evil.example/cb' }, tunnel);
    expect(page.status).toBe(400);
    expect(page.text).toContain('not its own');
    expect(page.text).not.toContain('https://app.example/cb');
    expect(page.text).not.toContain('npx gatehouse');
  });

  it('is in the language of its reader', async () => {
    const page = await ask({ client_id: 'nobody', ui_locales: 'ru' });
    expect(page.text).toContain('Мы не знаем этого приложения');
  });
});

async function push() {
  const { url } = await request(app);
  const pushed = await post(app, '/request', Object.fromEntries(url.searchParams));
  const query = { client_id: app.id, request_uri: String(pushed.json()['request_uri']) };
  return `/auth?${new URLSearchParams(query).toString()}`;
}

describe('a request that was pushed', () => {
  it('survives a stale page like any other', async () => {
    const browser = house.browser();
    const page = await browser.visit(await push());
    const other = await house.browser().visit(page.url);
    expect(other.text).toContain('name="password"');
    expect(other.url).not.toBe(page.url);
  });

  it('leads back to the application where it must be pushed anew', async () => {
    app = await application(house, { ...PUBLIC, requirePushedRequests: true });
    const page = await house.browser().visit(await push());
    const other = await house.browser().visit(page.url);
    expect(other.leftFor?.searchParams.get('error')).toBe('invalid_request');
  });
});

it('an answer that is posted to the application comes on a page of ours', async () => {
  app = await application(house, PUBLIC);
  const { email, password } = await house.person();
  const browser = house.browser();
  const { url, state } = await request(app, { extra: { response_mode: 'form_post' } });
  const consent = await browser.submit(await browser.visit(url.href), { email, password });
  const page = await browser.submit(consent);
  expect(page.text).toContain('One moment');
  expect(page.text).toContain(`action="${app.redirectUri}"`);
  expect(page.text).toMatch(/name="code" value="[\w-]+"/);
  expect(page.text).toContain(`value="${state}"`);
  expect(page.headers.get('content-security-policy')).not.toContain('form-action');
});

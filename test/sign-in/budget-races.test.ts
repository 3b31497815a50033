import { BACKENDS, type TestHouse } from '../support/house.ts';
import { spawnServer } from '../support/server-process.ts';
import { TRUSTING, type Tries, alertOf, isIn, openTries, wrong } from './tries.ts';

const SECRET = Buffer.alloc(32, 3).toString('base64');
const MINUTE = 60_000;

describe.each(BACKENDS)('wrong passwords that come at once (counted in %s)', (backend) => {
  let house: TestHouse;
  let tries: Tries;
  beforeAll(async () => {
    tries = await openTries({ backend, env: { GATEHOUSE_SECRET: SECRET } });
    ({ house } = tries);
  });
  afterAll(() => house.close());

  // First: another process does not see the clock that is turned below.
  it('two processes share the count', async () => {
    const { DATABASE_URL } = house.settings;
    const env = {
      DATABASE_URL,
      ...(backend === 'redis' && { REDIS_URL: process.env['TEST_REDIS'] }),
      GATEHOUSE_SECRET: SECRET,
      ...TRUSTING,
      LOG_LEVEL: 'error',
    };
    const other = await spawnServer({ issuer: house.issuer, env });
    try {
      await other.ready();
      const person = await house.person();
      const browser = house.browser();
      const { url } = await browser.visit('/sign-in');
      const { pathname } = new URL(url);
      const cookie = [...browser.cookies(pathname)].map((pair) => pair.join('=')).join('; ');
      const there = () =>
        other.ask(pathname, {
          body: new URLSearchParams(wrong(person)),
          headers: { cookie, origin: house.issuer, 'x-forwarded-for': tries.somewhere() },
        });
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, i) => (i % 2 ? there() : tries.attempt(wrong(person)))),
      );
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => status === 400)).toHaveLength(10);
      expect(statuses.filter((status) => status === 429)).toHaveLength(30);
    } finally {
      await other.stop();
    }
  }, 60_000);

  it('ten of a hundred that come at once are tried, and then not even the right one', async () => {
    const person = await house.person();
    const own = await tries.browserOf(person);
    tries.hashed();
    const stranger = house.browser();
    const page = await stranger.visit('/sign-in');
    const pages = await Promise.all(
      Array.from({ length: 100 }, () =>
        tries.post(stranger, page, wrong(person), tries.somewhere()),
      ),
    );
    expect(tries.hashed()).toBe(10);
    const counted = (status: number) => pages.filter((one) => one.status === status).length;
    expect([counted(400), counted(429)]).toEqual([10, 90]);

    const refused = await tries.attempt(person);
    expect(refused.status).toBe(429);
    expect(alertOf(refused)).toBe('Too many tries. Wait 15 minutes, then try again.');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(890);
    expect(refused.text).toContain(`value="${person.email}"`);
    expect(tries.hashed()).toBe(0);

    expect(isIn(await tries.attempt(person, { browser: own }))).toBe(true);
    const events = await house.house.audit.list({
      name: 'budget-spent',
      accountId: person.id,
      limit: 10,
    });
    expect(events).toMatchObject([
      { accountId: person.id, details: { budget: 'passwords-per-account' } },
    ]);

    house.turnClock(15 * MINUTE);
    expect(isIn(await tries.attempt(person))).toBe(true);
  }, 60_000);
});

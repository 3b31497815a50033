import { randomBytes, randomUUID } from 'node:crypto';
import { admitCode, admitMail } from '../../src/accounts/address-budgets.ts';
import { parseEmailAddress } from '../../src/accounts/email-address.ts';
import { markBrowser } from '../../src/accounts/known-browsers.ts';
import type { Visitor } from '../../src/accounts/password-tries.ts';
import { budgetsWith } from '../../src/limits/budgets.ts';
import type { Counters } from '../../src/limits/counters.ts';
import { openLimiter } from '../../src/limits/limiter.ts';
import { signOutEverywhere } from '../../src/sessions/sign-out-everywhere.ts';
import { postgresCounters } from '../../src/stores/postgres/counters.ts';
import { durablePorts } from '../../src/stores/postgres/durable.ts';
import { openRedis } from '../../src/stores/redis/connection.ts';
import { redisCounters } from '../../src/stores/redis/counters.ts';
import { type People, openPeople } from '../support/accounts.ts';

const HOUR = 3_600_000;
const BY = { actor: 'person' as const };

type Backend = (people: People) => Promise<{ counters: Counters; close(): Promise<void> }>;

const backends: [string, Backend][] = [
  [
    'PostgreSQL',
    async ({ db }) => ({ counters: postgresCounters(db.pool), close: async () => {} }),
  ],
];
const url = process.env['TEST_REDIS'];
if (url) {
  backends.push([
    'Redis',
    async () => {
      const redis = await openRedis(url);
      return {
        counters: redisCounters(redis, `test-addresses-${process.pid}:`),
        close: async () => redis.disconnect(),
      };
    },
  ]);
}

describe.each(backends)('what an address may be sent and tried, counted in %s', (_name, open) => {
  let people: People;
  let counted: Awaited<ReturnType<Backend>>;
  let now: Date;
  beforeAll(async () => {
    people = await openPeople();
    counted = await open(people);
  });
  beforeEach(() => {
    now = new Date();
  });
  afterAll(async () => {
    await counted.close();
    await people.close();
  });

  /** Two processes of one house. */
  const key = randomBytes(32);
  const process = () => ({
    ...durablePorts(people.db.prisma),
    limiter: openLimiter({ ...counted, budgets: budgetsWith(), key, now: () => now }),
    now: () => now,
  });
  let host = 0;
  const stranger = (ip = `198.18.${(host += 1) >> 8}.${host & 255}`): Visitor => ({
    ip,
    marks: [],
  });

  async function admitted(
    act: typeof admitMail,
    address: { canonical: string },
    visitors: Visitor[],
  ): Promise<number> {
    const processes = [process(), process()] as const;
    const all = await Promise.all(
      visitors.map((visitor, i) => act(processes[i % 2 ? 1 : 0], { address, visitor }, BY)),
    );
    return all.filter((one) => one.admitted).length;
  }
  const strangers = (count: number) => Array.from({ length: count }, () => stranger());

  async function known() {
    const { canonical } = somebody();
    const account = await people.accounts.find(await people.invite({ email: canonical }));
    if (!account) throw new Error('nobody');
    const keys = { markKey: key };
    const { mark } = await markBrowser({ ...process(), keys }, account, {
      marks: [],
      visit: randomUUID(),
    });
    return { account, address: { canonical }, own: { ip: '192.0.2.1', marks: [mark] } };
  }

  it('strangers that come at once get exactly their part, and known browsers exactly the rest', async () => {
    const { address, own } = await known();
    expect(await admitted(admitMail, address, strangers(50))).toBe(3);
    expect(await admitted(admitMail, address, Array(50).fill(own))).toBe(2);
    expect(await admitted(admitCode, address, strangers(100))).toBe(20);
    expect(await admitted(admitCode, address, Array(50).fill(own))).toBe(10);
  });

  it('makes no difference whether anybody has the address, or how it is written', async () => {
    const { canonical } = somebody();
    const [lower, upper] = [parsed(canonical), parsed(canonical.toUpperCase())];
    expect(await admitted(admitMail, lower, strangers(2))).toBe(2);
    expect(await admitted(admitMail, upper, strangers(2))).toBe(1);
    const refused = await admitMail(process(), { address: lower, visitor: stranger() }, BY);
    expect(refused).toEqual({ admitted: false, waitS: 3600 });
  });

  it('mails come back after an hour, later the next time, and thirteen or twenty are a day', async () => {
    const { address, own } = await known();
    const begin = now.getTime();
    const waits: number[] = [];
    let [mails, refused] = [0, false];
    while (!refused) {
      mails += await admitted(admitMail, address, strangers(10));
      const answer = await admitMail(process(), { address, visitor: stranger() }, BY);
      const waitS = answer.admitted ? 0 : answer.waitS;
      refused = mails >= 13;
      waits.push(waitS);
      if (!refused) now = new Date(now.getTime() + waitS * 1000);
    }
    expect(mails).toBe(13);
    expect(waits.slice(0, 3)).toEqual([3600, 7200, 7200]);
    expect(now.getTime() - begin).toBeLessThan(24 * HOUR);
    now = new Date(now.getTime() + 4 * HOUR);
    expect(await admitted(admitMail, address, [stranger()])).toBe(0);
    expect(await admitted(admitMail, address, Array(10).fill(own))).toBe(5);
    now = new Date(now.getTime() + 24 * HOUR);
    expect(await admitted(admitMail, address, [stranger()])).toBe(1);
  });

  it('one origin has twenty for all addresses; a known browser is not kept out by its neighbours', async () => {
    const { address, own } = await known();
    const household = Array.from({ length: 30 }, (_, i) => stranger(`2001:db8:0:${host}::${i}`));
    const asked = household.map((visitor) => admitted(admitMail, somebody(), [visitor]));
    expect((await Promise.all(asked)).filter((one) => one === 1)).toHaveLength(20);
    const [neighbour = stranger()] = household;
    expect(await admitted(admitMail, address, [neighbour])).toBe(0);
    expect(await admitted(admitMail, address, [{ ...own, ip: neighbour.ip }])).toBe(1);
    // What was refused for its origin took nothing from the address.
    expect(await admitted(admitMail, address, strangers(10))).toBe(3);
  });

  it('what came to nothing is put back', async () => {
    const address = somebody();
    for (let i = 0; i < 30; i += 1) {
      const visit = { address, visitor: stranger() };
      for (const act of [admitMail, admitCode]) {
        const answer = await act(process(), visit, BY);
        expect(answer.admitted).toBe(true);
        if (answer.admitted) await answer.giveBack();
      }
    }
    expect(await admitted(admitMail, address, strangers(10))).toBe(3);
  });

  it('a mark is worth something for its own address alone, and only as long as it is good', async () => {
    const [one, other] = [await known(), await known()];
    expect(await admitted(admitMail, other.address, Array(10).fill(one.own))).toBe(3);
    await signOutEverywhere(people, one.account.id, { actor: 'cli' });
    expect(await admitted(admitMail, one.address, Array(10).fill(one.own))).toBe(3);
  });

  it('the audit trail tells once what was spent', async () => {
    const before = await people.audit.list({ name: 'budget-spent', limit: 100 });
    await admitted(admitMail, somebody(), strangers(10));
    const after = await people.audit.list({ name: 'budget-spent', limit: 100 });
    expect(after).toHaveLength(before.length + 1);
    expect(after[0]).toMatchObject({ details: { budget: 'mails-per-address' } });
  });
});

const somebody = () => parsed(`${randomUUID()}@example.com`);

function parsed(text: string) {
  const address = parseEmailAddress(text);
  if (!address) throw new Error(text);
  return address;
}

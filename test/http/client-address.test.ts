import { type TestHouse, openTestHouse } from '../support/house.ts';
import { send } from '../support/http.ts';

const TRUSTED = '127.0.0.0/8, 10.0.0.0/8, fd00::/8';
let alone: TestHouse;
let behindProxies: TestHouse;
beforeAll(async () => {
  alone = await openTestHouse();
  behindProxies = await openTestHouse({ env: { GATEHOUSE_TRUSTED_PROXIES: TRUSTED } });
});
afterAll(async () => {
  await alone.close();
  await behindProxies.close();
});

/** The address under which this request stands in the log. */
async function seenAs(home: TestHouse, forwardedFor?: string | string[]): Promise<unknown> {
  const answer = await send(`${home.issuer}/robots.txt`, {
    headers: forwardedFor === undefined ? {} : { 'X-Forwarded-For': forwardedFor },
  });
  const id = answer.headers.get('x-request-id');
  return home.log.entries().find(({ requestId, ip }) => requestId === id && ip)?.['ip'];
}

describe('straight at the server', () => {
  it.each(['1.2.3.4', '1.2.3.4, 5.6.7.8', '::1', 'a', '', 'x'.repeat(8000)])(
    'believes no X-Forwarded-For: "%.20s"',
    async (forwarded) => {
      expect(await seenAs(alone, forwarded)).toBe('127.0.0.1');
    },
  );
});

describe('behind trusted proxies', () => {
  it.each([
    ['the one that the proxy saw', '203.0.113.7', '203.0.113.7'],
    ['not what the client wrote before it', '9.9.9.9, 203.0.113.7', '203.0.113.7'],
    [
      'the one before a chain of proxies',
      '9.9.9.9, 203.0.113.7, 10.1.1.1, 10.2.2.2',
      '203.0.113.7',
    ],
    ['IPv6', '2001:db8::1, fd00::5', '2001:db8::1'],
    ['IPv4 in IPv6', '::ffff:203.0.113.9', '203.0.113.9'],
    ['an address with its port', '203.0.113.7:4711', '203.0.113.7'],
    ['IPv6 with its port', '[2001:db8::1]:4711', '2001:db8::1'],
    ['the proxy itself when it said nothing of use', 'unknown', '127.0.0.1'],
    ['the last proxy known when what it passed on is no address', 'a, 10.1.1.1', '10.1.1.1'],
  ])('takes %s', async (_what, forwarded, expected) => {
    expect(await seenAs(behindProxies, forwarded)).toBe(expected);
  });

  it('reads several headers as one list', async () => {
    expect(await seenAs(behindProxies, ['9.9.9.9', '203.0.113.7'])).toBe('203.0.113.7');
  });

  it('takes the peer when nothing is forwarded', async () => {
    expect(await seenAs(behindProxies)).toBe('127.0.0.1');
  });
});

describe('what development shows to this machine alone', () => {
  it.each(['Forwarded', 'X-Forwarded-For', 'X-Forwarded-Anything', 'Via', 'X-Real-IP'])(
    'is hidden from whoever comes with %s, as through a tunnel',
    async (header) => {
      const shown = await send(alone.issuer, { headers: { accept: 'text/html' } });
      const hidden = await send(alone.issuer, { headers: { accept: 'text/html', [header]: 'x' } });
      expect(shown.text).toContain('class="ticks"');
      expect(hidden.text).not.toContain('class="ticks"');
    },
  );
});

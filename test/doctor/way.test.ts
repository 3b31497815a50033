import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { looksAt } from '../../src/cli/doctor-looks.ts';
import { deriveKeys } from '../../src/crypto/derived-keys.ts';
import { QUESTION_HEADER, question } from '../../src/doctor/echo.ts';
import { examine } from '../../src/doctor/examine.ts';
import { DOCTORS_PATH } from '../../src/doctor/traffic.ts';
import type { Settings } from '../../src/settings/settings.ts';
import { type TestHouse, openTestHouse } from '../support/house.ts';
import { freePort, send } from '../support/http.ts';
import {
  type ProxyManner,
  type TlsProxy,
  WELL_BEHAVED,
  makeCertificate,
  openTlsProxy,
} from '../support/tls-proxy.ts';

/** What the doctor says of the way to a server. */
async function ask(settings: Settings) {
  const looks = looksAt(settings, async () => undefined).filter(({ part }) => part === 'Issuer');
  const { examined } = await examine(looks);
  const findings = examined.flatMap((one) => one.findings);
  return {
    told: examined.map(({ part, told }) => `${part}: ${told}`),
    findings,
    found: findings.map(({ name, severity }) => `${severity} ${name}`),
  };
}

describe('without a proxy', () => {
  let home: TestHouse;
  beforeAll(async () => {
    home = await openTestHouse();
  });
  afterAll(() => home.close());

  const noticed = () =>
    home.log.entries().flatMap(({ finding, level }) => (finding ? [[finding, level]] : []));

  it('finds nothing wrong with a server that is asked at its issuer', async () => {
    const { told, found } = await ask(home.settings);
    expect(found).toEqual([]);
    expect(told).toEqual([
      expect.stringMatching(/^Issuer: answered by this server in \d+ ms$/),
      'Requests: no proxy on the way; no requests remembered',
      'Cookies: arrive as they were sent',
      'Clock: within 2 s of the issuer’s',
    ]);
    expect(noticed()).toEqual([]);
  });

  it('remembers what strangers came with, and logs each kind of fault once', async () => {
    const headers = [
      { host: 'evil.example' },
      { host: 'other.example' },
      { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https' },
      { 'x-forwarded-for': '192.0.2.2', 'x-forwarded-proto': 'https' },
    ];
    for (const one of [...headers, ...headers]) await send(home.issuer, { headers: one });
    for (let i = 0; i < 20; i += 1) await send(`${home.issuer}/robots.txt`);
    expect(noticed()).toEqual([
      ['issuer-host', 'warn'],
      ['proxy-untrusted', 'warn'],
      ['issuer-scheme', 'warn'],
    ]);
    const { findings, found } = await ask(home.settings);
    expect(found).toEqual(['note issuer-host', 'note proxy-untrusted', 'note issuer-scheme']);
    expect(findings[0]?.what).toMatch(/4 of 28 requests came like this\.$/);
    expect(findings[1]?.fix).toContain('GATEHOUSE_TRUSTED_PROXIES=127.0.0.1 ');
  });

  it('refuses a request with two hosts, and says so once', async () => {
    for (let i = 0; i < 3; i += 1) {
      const socket = connect(home.settings.PORT, '127.0.0.1');
      const own = new URL(home.issuer).host;
      socket.end(`GET / HTTP/1.1\r\nHost: ${own}\r\nHost: evil.example\r\n\r\n`);
      const [answer] = await once(socket, 'data');
      expect(String(answer)).toMatch(/^HTTP\/1\.1 400 /);
    }
    expect(noticed().filter(([name]) => name === 'proxy-two-hosts')).toHaveLength(1);
  });

  it.each([
    ['nothing', {}],
    ['rubbish', { [QUESTION_HEADER]: 'rubbish' }],
    [
      'a question under another secret',
      {
        [QUESTION_HEADER]: question(deriveKeys([randomBytes(32).toString('base64')]).encryption)
          .header,
      },
    ],
  ])('shows strangers nothing: %s', async (_, headers) => {
    const answer = await send(`${home.issuer}${DOCTORS_PATH}`, { headers });
    expect(answer.status).toBe(404);
  });

  it('answers nobody twice alike, and nobody who cannot read it', async () => {
    const { header } = question(home.house.keys.encryption);
    const asked = { headers: { [QUESTION_HEADER]: header } };
    const answers = [
      await send(`${home.issuer}${DOCTORS_PATH}`, asked),
      await send(`${home.issuer}${DOCTORS_PATH}`, asked),
    ];
    expect(new Set(answers.map(({ text }) => text)).size).toBe(2);
    for (const { text } of answers) expect(text).toMatch(/^[\w-]+$/);
  });

  it('tells a server that is not there, another one at its address, and other settings', async () => {
    const port = await freePort();
    const nowhere = { ...home.settings, PORT: port, ISSUER: `http://localhost:${port}` };
    expect((await ask(nowhere)).found).toEqual(['note server-not-running']);
    const stranger = createServer((_, answer) =>
      answer.writeHead(301, { location: '/login' }).end(),
    );
    stranger.listen(port, '127.0.0.1');
    await once(stranger, 'listening');
    const { findings } = await ask(nowhere);
    expect(findings.map(({ name }) => name)).toEqual(['issuer-elsewhere']);
    expect(findings[0]?.what).toContain(`answers with 301 and leads to http://localhost:${port}`);
    await new Promise((resolve) => void stranger.close(resolve));
    // The server is here, and its name leads nowhere.
    const unreachable = { ...home.settings, ISSUER: `http://localhost:${port}` };
    expect((await ask(unreachable)).found[0]).toBe('error issuer-unreachable');
    const other = { ...home.settings, ISSUER: `http://127.0.0.1:${home.settings.PORT}` };
    expect((await ask(other)).found[0]).toBe('error issuer-settings');
  });
});

const certificate = makeCertificate(10);
if (certificate) {
  describe('behind a proxy that ends TLS', () => {
    let home: TestHouse;
    let proxy: TlsProxy;
    let authorities: string[];
    beforeAll(async () => {
      proxy = await openTlsProxy(certificate, () => home.settings.PORT);
      home = await openTestHouse({
        env: {
          ISSUER: `https://localhost:${proxy.port}`,
          GATEHOUSE_DEVELOPMENT: 'remote',
          GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1,::1',
        },
      });
      authorities = getCACertificates('default');
    });
    afterEach(() => setDefaultCACertificates(authorities));
    afterAll(async () => {
      await home.close();
      await proxy.close();
    });

    const askThrough = (manner: ProxyManner, settings = home.settings) => {
      setDefaultCACertificates([...authorities, certificate.cert]);
      proxy.manner = manner;
      return ask(settings);
    };
    const { toServer } = WELL_BEHAVED;

    it('is well but for a certificate that ends', async () => {
      const { told, found } = await askThrough(WELL_BEHAVED);
      expect(found).toEqual(['warning issuer-certificate-ends']);
      expect(told[0]).toMatch(
        /^Issuer: answered by this server in \d+ ms, certificate good for 9 days$/,
      );
      expect(told.slice(1)).toEqual([
        'Requests: by the proxy 127.0.0.1, which is trusted; no requests remembered',
        'Cookies: arrive as they were sent, __Host- and Secure',
        'Clock: within 2 s of the issuer’s',
      ]);
    });

    it('has a certificate that nobody here trusts', async () => {
      const { found } = await ask(home.settings);
      expect(found).toEqual(['error issuer-certificate']);
    });

    const setCookie = (change: (line: string) => string[]): ProxyManner => ({
      toServer,
      toBrowser: (headers) => ({
        ...headers,
        'set-cookie': [headers['set-cookie'] ?? []].flat().flatMap((line) => change(line)),
      }),
    });

    it.each<[string, ProxyManner, string, string | RegExp]>([
      [
        'changes the Host',
        { toServer: (h) => ({ ...toServer(h), host: 'app:3000', 'x-forwarded-host': h.host }) },
        'error issuer-host',
        'The proxy at 127.0.0.1 changes Host to app:3000.',
      ],
      [
        'comes by http itself',
        { toServer: (h) => ({ ...toServer(h), 'x-forwarded-proto': 'http' }) },
        'error issuer-scheme',
        /The proxy at 127\.0\.0\.1 says that requests come by http/,
      ],
      [
        'says nothing',
        { toServer: (h) => ({ ...h }) },
        'warning proxy-silent',
        /without X-Forwarded-For/,
      ],
      [
        'keeps the cookies of requests',
        { toServer: (h) => ({ ...toServer(h), cookie: '' }) },
        'error cookies-lost',
        'The cookie of a request did not arrive.',
      ],
      [
        'keeps cookies of answers',
        setCookie(() => []),
        'error cookies-lost',
        /^The cookie __Host-gatehouse_doctor was sent/,
      ],
      [
        'weakens cookies',
        setCookie((line) => [line.replace('; secure', '')]),
        'error cookies-lost',
        'The cookie __Host-gatehouse_doctor was changed on its way: secure is missing.',
      ],
      [
        'gives cookies to neighbours',
        setCookie((line) => [`${line}; Domain=example.com`]),
        'error cookies-lost',
        /it got a Domain\.$/,
      ],
      [
        'has another clock',
        {
          toServer,
          toBrowser: (headers) => ({
            ...headers,
            date: new Date(Date.now() + 90_000).toUTCString(),
          }),
        },
        'error clock-issuer',
        /^The issuer's clock is (89|90|91) s ahead of this machine's\.$/,
      ],
    ])('that %s', async (_, manner, name, what) => {
      const { found, findings } = await askThrough(manner);
      expect(found.filter((one) => !one.endsWith('certificate-ends'))).toEqual([name]);
      const finding = findings.find((one) => name.endsWith(one.name));
      expect(finding?.what).toMatch(what);
    });

    it('that is not trusted', async () => {
      const settings = { ...home.settings, GATEHOUSE_TRUSTED_PROXIES: ['10.0.0.0/8'] };
      const { found, findings } = await askThrough(WELL_BEHAVED, settings);
      // The server trusts it, and the settings of the command line do not: the server's word is what counts.
      expect(found).toEqual(['warning issuer-certificate-ends']);
      expect(findings).toHaveLength(1);
    });
  });
}

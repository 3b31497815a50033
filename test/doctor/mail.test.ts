import { openDns } from '../../src/doctor/dns.ts';
import { type Sender, examineSender } from '../../src/doctor/sender.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { gatehouse } from '../support/command-line.ts';
import { openDnsServer } from '../support/dns-server.ts';
import { openMailServer, saying } from '../support/mail-server.ts';

const DKIM = `v=DKIM1; k=rsa; p=${'A'.repeat(400)}`;
const WELL = {
  'example.com': ['some other text', 'v=spf1 include:mail.example -all'],
  'x7._domainkey.example.com': [DKIM],
  '_dmarc.example.com': ['v=DMARC1; p=reject; rua=mailto:postmaster@example.com'],
};

async function sender(
  zone: Record<string, string[]>,
  asked: Partial<Sender> = {},
  options = {},
): Promise<{ told: string; found: [string, string][]; findings: Finding[] }> {
  const server = await openDnsServer(zone, options);
  const dns = openDns([server.address]);
  const all = await examineSender({ domain: 'example.com', bySes: false, ...asked }, dns);
  await server.close();
  const found = all.findings.map(({ name, severity }): [string, string] => [name, severity]);
  return { told: all.told, found, findings: all.findings };
}

describe('the domain that mails come from', () => {
  it('is well with SPF, a DKIM key under whatever selector, and DMARC', async () => {
    const { told, found } = await sender(WELL);
    expect(found).toEqual([]);
    expect(told).toBe('example.com: SPF, DKIM, DMARC in the DNS');
  });

  it('lacks all three', async () => {
    const { found } = await sender({ 'example.com': ['nothing of that kind'] });
    expect(found).toEqual([
      ['mail-spf', 'warning'],
      ['mail-dkim', 'warning'],
      ['mail-dmarc', 'warning'],
    ]);
  });

  it.each([
    ['two records', ['v=spf1 -all', 'v=spf1 mx -all'], 'has 2 SPF records'],
    ['everybody', ['v=spf1 include:mail.example +all'], '(+all)'],
    ['everybody, in short', ['v=spf1 all'], '(+all)'],
  ])('has an SPF record that says nothing: %s', async (_, records, told) => {
    const { findings } = await sender({ ...WELL, 'example.com': records });
    expect(findings.map(({ what }) => what)).toEqual([expect.stringContaining(told)]);
  });

  it('needs no SPF of its own where Amazon sends under another name', async () => {
    const { found } = await sender({ ...WELL, 'example.com': [] }, { bySes: true });
    expect(found).toEqual([['mail-spf', 'note']]);
  });

  it('finds DMARC at the domain above, and sees what it says', async () => {
    const zone = {
      'mail.example.com': ['v=spf1 -all'],
      'x7._domainkey.mail.example.com': [DKIM],
      '_dmarc.example.com': ['v=DMARC1; p=none'],
    };
    const { found, findings } = await sender(zone, { domain: 'mail.example.com' });
    expect(found).toEqual([['mail-dmarc', 'note']]);
    expect(findings[0]?.what).toBe('The policy at _dmarc.example.com is none: it only watches.');
    const wrong = await sender({ ...WELL, '_dmarc.example.com': ['v=DMARC1; rua=x'] });
    expect(wrong.found).toEqual([['mail-dmarc', 'warning']]);
  });

  it('does not exist', async () => {
    expect((await sender(WELL, { domain: 'example.net' })).found).toEqual([
      ['mail-domain', 'error'],
    ]);
  });

  it('cannot be asked for', async () => {
    expect((await sender(WELL, {}, { fails: true })).found).toEqual([['dns-silent', 'note']]);
  });
});

/** Of what the doctor says, what concerns the mail server. */
async function askAbout(url: string): Promise<{ findings: Finding[]; told: string }> {
  const env = { SMTP_URL: url, MAIL_FROM: 'no-reply@localhost' };
  const { out } = await gatehouse(['doctor', '--json'], { env });
  const answer: { findings: Finding[]; examined: { told: string }[] } = JSON.parse(out);
  expect(out).not.toContain('sesame');
  return {
    findings: answer.findings.filter(({ name }) => /^mail-(unreachable|tls|login)$/.test(name)),
    told: answer.examined.map(({ told }) => told).join('\n'),
  };
}

describe('a mail server', () => {
  it('that lets us in is told in one line', async () => {
    const server = await openMailServer({
      options: {
        disabledCommands: ['STARTTLS'],
        allowInsecureAuth: true,
        onAuth: ({ username, password }, _session, done) =>
          username === 'us' && password === 'open-mail-sesame'
            ? done(null, { user: 'us' })
            : done(saying(535, `no ${password} for you`)),
      },
    });
    const at = `127.0.0.1:${server.port}`;
    const well = await askAbout(`smtp://us:open-mail-sesame@${at}`);
    expect(well.findings).toEqual([]);
    expect(well.told).toContain(`${at} in clear, on this machine, logged in, `);
    const { findings } = await askAbout(`smtp://us:other-mail-sesame@${at}`);
    expect(findings.map(({ name }) => name)).toEqual(['mail-login']);
    await server.close();
  });

  it('whose certificate nobody vouches for, or that is away', async () => {
    const server = await openMailServer({ options: { secure: true } });
    const tls = await askAbout(`smtps://127.0.0.1:${server.port}`);
    expect(tls.findings.map(({ name }) => name)).toEqual(['mail-tls']);
    expect(tls.findings[0]?.what).toMatch(/cannot be spoken to over TLS: .*certificate/);
    await server.close();
    const away = await askAbout('smtp://127.0.0.1:1');
    expect(away.findings.map(({ name }) => name)).toEqual(['mail-unreachable']);
  });
});

import { brandOf } from '../../src/brand/brand.ts';
import { LANGUAGES } from '../../src/i18n/languages.ts';
import { addressed } from '../../src/mail/message.ts';
import type { Mailer } from '../../src/mail/mailer.ts';
import { sesMailer } from '../../src/mail/ses.ts';
import { smtpMailer } from '../../src/mail/smtp.ts';
import { MAIL_NAMES, letterWriter } from '../../src/mail/templates.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { type MailServer, openMailServer } from '../support/mail-server.ts';
import { type SesServer, openSesServer } from '../support/ses-server.ts';

const write = letterWriter({ brand: brandOf(readSettings({})), issuer: 'https://id.example.com' });
const id = '6d7b2f0a-0e5f-4b7e-9f0e-2b1f7a4a9c11';
const ADDRESS = 'you@example.com';
const from = { name: 'Gatehouse', address: 'no-reply@example.com' };

const NAMES = [
  'A\r\nBcc: x@evil.example',
  'A\nTo: x@evil.example\n\nAnother letter',
  'A\r\n.\r\nMAIL FROM:<x@evil.example>\r\nRCPT TO:<x@evil.example>\r\nDATA\r\nHello',
  'A\u2028Bcc: x@evil.example\u2029\u0085\v\f',
  'A =?utf-8?Q?=0D=0ABcc:_x@evil.example?= =?utf-8?b?DQpCY2M6IHhAZXZpbC5leGFtcGxl?=',
  'A\0\u202e\u2066B',
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  '"><a href="https://evil.example">A</a>',
  'A'.repeat(10_000),
  'Éloïse Ωμέγα 山田 🦊',
];

let smtp: MailServer;
let ses: SesServer;
let mailers: Mailer[];
beforeAll(async () => {
  [smtp, ses] = [await openMailServer(), await openSesServer()];
  const server = { host: smtp.host, port: smtp.port, tls: false };
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a secret of nobody' };
  mailers = [
    smtpMailer({ server, from, inClear: true }),
    sesMailer({ region: 'eu-central-1', endpoint: ses.url, from, credentials }),
  ];
});
afterEach(() => {
  smtp.forget();
  ses.taken.length = 0;
});
afterAll(async () => {
  for (const mailer of mailers) await mailer.close();
  await smtp.close();
  await ses.close();
});

const HEADERS = [
  'auto-submitted',
  'content-type',
  'date',
  'from',
  'message-id',
  'mime-version',
  'original-message-id',
  'subject',
  'to',
  'x-auto-response-suppress',
];

const cases = MAIL_NAMES.flatMap((template) =>
  NAMES.map((name): [string, string] => [template, name]),
);

it.each(cases)(
  '%s stays one mail to one reader, whatever a name is: %j',
  async (template, name) => {
    for (const language of Object.keys(LANGUAGES)) {
      const facts = { ...OWN, name, application: name, browser: name, ip: name, zone: name };
      const letter = write({ template, language, address: ADDRESS, facts });
      const message = letter && addressed(letter, { id, address: ADDRESS });
      if (!message) throw new Error('not written');
      expect(message.html).not.toMatch(/<script|<img|onerror=[^&]*>|href="https:\/\/evil/i);
      for (const mailer of mailers) {
        expect(await mailer.deliver(message)).toEqual({ outcome: 'accepted' });
      }
    }
    const count = Object.keys(LANGUAGES).length;
    for (const taken of [smtp.taken, ses.taken]) {
      expect(taken.map(({ to }) => to)).toEqual(Array.from({ length: count }, () => [ADDRESS]));
      for (const { headers } of taken) {
        const names = headers.map((header) => header.split(':')[0]?.toLowerCase());
        expect(HEADERS).toEqual(expect.arrayContaining(names));
        expect(new Set(names).size).toBe(names.length);
        expect(headers).toContain(`To: ${ADDRESS}`);
      }
    }
  },
);

/** What does not come from anybody else. */
const OWN = {
  by: 'cli',
  at: '2026-11-20T16:30:00.000Z',
  code: '012345',
  link: 'https://id.example.com/email-verification/one.two',
  minutes: 10,
};

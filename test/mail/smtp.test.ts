import { setTimeout as pause } from 'node:timers/promises';
import type { Message } from '../../src/mail/mailer.ts';
import { addressed } from '../../src/mail/message.ts';
import { type SmtpOptions, smtpMailer } from '../../src/mail/smtp.ts';
import { withFallback } from '../../src/mail/with-fallback.ts';
import { sesMailer } from '../../src/mail/ses.ts';
import {
  type MailServer,
  type Manner,
  type TakenMail,
  openMailServer,
  saying,
} from '../support/mail-server.ts';
import { type SesAnswer, openSesServer } from '../support/ses-server.ts';

const from = { name: 'Gatehouse', address: 'no-reply@example.com' };
const id = '6d7b2f0a-0e5f-4b7e-9f0e-2b1f7a4a9c11';
const other = '9b1f5c1e-77b0-4d0b-8a43-1a6f0c9d2e55';
const letter = { subject: 'Ваш код', text: 'Hello\n', html: '<p>Hello</p>' };
const message: Message = { ...letter, id, to: 'you@example.com' };

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

async function server(manner?: Manner): Promise<MailServer> {
  const made = await openMailServer(manner);
  open.push(made);
  return made;
}

function mailer(
  { host, port }: { host: string; port: number },
  changes: Partial<SmtpOptions> = {},
) {
  const made = smtpMailer({
    server: { host, port, tls: false },
    from,
    inClear: true,
    patienceMs: 1500,
    ...changes,
  });
  open.push(made);
  return made;
}

it('hands over one mail with our headers and nobody else’s', async () => {
  const to = await server();
  expect(await mailer(to).deliver(message)).toEqual({ outcome: 'accepted' });
  const [taken] = to.taken;
  expect(taken).toMatchObject({ from: 'no-reply@example.com', to: ['you@example.com'] });
  const names = taken?.headers.map((header) => header.split(':')[0]?.toLowerCase()).toSorted();
  expect(names).toEqual([
    'auto-submitted',
    'content-type',
    'date',
    'from',
    'message-id',
    'mime-version',
    'subject',
    'to',
    'x-auto-response-suppress',
  ]);
  expect(taken?.headers).toContain(`Message-ID: <${id}@example.com>`);
  expect(taken?.headers).toContain('Auto-Submitted: auto-generated');
});

it.each([
  [250, undefined, 'accepted'],
  [421, 'try later', 'not-now'],
  [451, 'greylisted', 'not-now'],
  [550, 'no such mailbox', 'refused'],
  [552, 'mailbox is full', 'refused'],
])('a recipient that is answered with %i: %s', async (code, sentence, outcome) => {
  const to = await server({ recipient: () => (sentence ? saying(code, sentence) : undefined) });
  expect(await mailer(to).deliver(message)).toMatchObject({ outcome });
});

it.each([
  ['451 after the mail', () => saying(451, 'disk'), 'not-now', false],
  ['554 after the mail', () => saying(554, 'spam'), 'refused', false],
  ['silence after the mail', () => 'hang' as const, 'not-now', true],
  ['an end after the mail', () => 'drop' as const, 'not-now', true],
])('%s', async (_what, mail, outcome, inDoubt) => {
  const to = await server({ mail });
  const delivery = { inDoubt: false, ...(await mailer(to).deliver(message)) };
  expect(delivery).toMatchObject({ outcome, inDoubt });
  expect(to.offered()).toBe(1);
});

it('gives up a whole try in time, however patient it is with a silence', async () => {
  const to = await server({ recipient: () => 'hang' });
  const patient = mailer(to, { patienceMs: 20_000, tryMs: 300 });
  expect(await patient.deliver(message)).toMatchObject({ outcome: 'not-now', inDoubt: false });
});

it('lets go of a try when it is closed', async () => {
  const to = await server({ recipient: () => 'hang' });
  const patient = mailer(to, { patienceMs: 20_000, tryMs: 20_000 });
  const trying = patient.deliver(message);
  while (to.offered() === 0) await pause(10);
  await patient.close();
  expect(await trying).toMatchObject({ outcome: 'not-now' });
});

it('does not take a server that refuses us for one that refuses the recipient', async () => {
  const to = await server({
    options: { onMailFrom: (_address, _session, done) => done(saying(550, 'not you')) },
  });
  expect(await mailer(to).deliver(message)).toMatchObject({ outcome: 'not-now' });
});

it('waits for a server that is not there', async () => {
  const to = await openMailServer();
  await to.close();
  expect(await mailer(to).deliver(message)).toMatchObject({ outcome: 'not-now' });
});

it('says nothing in clear where TLS is required', async () => {
  const to = await server();
  expect(await mailer(to, { inClear: false }).deliver(message)).toMatchObject({
    outcome: 'not-now',
  });
  expect([to.offered(), to.taken.length]).toEqual([0, 0]);
});

it('trusts no certificate that nobody vouches for', async () => {
  const to = await server({ options: { disabledCommands: ['AUTH'] } });
  const delivery = await mailer(to, { inClear: false }).deliver(message);
  expect(delivery).toMatchObject({
    outcome: 'not-now',
    why: expect.stringMatching(/certificate/i),
  });
  expect(to.offered()).toBe(0);
});

/** Takes whole mails, and is gone before it says so. */
const swallowing = () => {
  const has: string[] = [];
  const mail = (taken: TakenMail) => {
    has.push(taken.source);
    return 'drop' as const;
  };
  return { has, mail };
};

describe('with a second server', () => {
  it('asks it when the first cannot for now, and spares the first for a while', async () => {
    const [first, second] = [
      await server({ recipient: () => saying(451, 'later') }),
      await server(),
    ];
    let now = 0;
    const both = withFallback(mailer(first), mailer(second), () => now);
    expect(await both.deliver(message)).toEqual({ outcome: 'accepted' });
    expect(await both.deliver(message)).toEqual({ outcome: 'accepted' });
    expect([first.offered(), second.taken.length]).toEqual([1, 2]);
    now = 31_000;
    await both.deliver(message);
    expect([first.offered(), second.taken.length]).toEqual([2, 3]);
  });

  describe('when the first has the whole mail and says nothing', () => {
    it('the second does not send it too, until a minute has passed', async () => {
      const { has, mail } = swallowing();
      const [first, second] = [await server({ mail }), await server()];
      let now = 0;
      const both = withFallback(mailer(first), mailer(second), () => now);
      expect(await both.deliver(message)).toMatchObject({ outcome: 'not-now', inDoubt: true });
      now = 5000;
      expect(await both.deliver(message)).toMatchObject({ outcome: 'not-now', inDoubt: true });
      expect([has.length, second.taken.length]).toEqual([2, 0]);
      expect(await both.deliver({ ...message, id: other })).toEqual({ outcome: 'accepted' });
      now = 61_000;
      expect(await both.deliver(message)).toEqual({ outcome: 'accepted' });
      const names = second.taken.flatMap(({ headers }) =>
        headers.filter((one) => one.startsWith('Message-ID')),
      );
      expect(names).toEqual([
        `Message-ID: <${other}@example.com>`,
        `Message-ID: <${id}@example.com>`,
      ]);
    });

    it('not even when the first is gone by then', async () => {
      const { mail } = swallowing();
      const [first, second] = [await openMailServer({ mail }), await server()];
      const both = withFallback(mailer(first), mailer(second), () => 0);
      expect(await both.deliver(message)).toMatchObject({ outcome: 'not-now', inDoubt: true });
      await first.close();
      expect(await both.deliver(message)).toMatchObject({ outcome: 'not-now' });
      expect(second.offered()).toBe(0);
    });

    it('the doubt ends when the first takes it', async () => {
      let manner: 'drop' | undefined = 'drop';
      const [first, second] = [await server({ mail: () => manner }), await server()];
      const both = withFallback(mailer(first), mailer(second), () => 0);
      await both.deliver(message);
      manner = undefined;
      expect(await both.deliver(message)).toEqual({ outcome: 'accepted' });
      expect([first.taken.length, second.offered()]).toEqual([1, 0]);
    });
  });

  it.each<[SesAnswer, number]>([
    [{ status: 429, error: 'TooManyRequestsException' }, 1],
    ['silence', 0],
    ['taken, then end', 0],
  ])('stands behind SES too: %j', async (said, sentBySecond) => {
    const [first, second] = [await openSesServer(() => said), await server()];
    open.push(first);
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a secret of nobody' };
    const region = { region: 'eu-central-1', endpoint: first.url, credentials };
    const ses = sesMailer({ ...region, from, patienceMs: 1500 });
    open.push(ses);
    const both = withFallback(ses, mailer(second), () => 0);
    const outcome = sentBySecond ? 'accepted' : 'not-now';
    expect(await both.deliver(message)).toMatchObject({ outcome });
    expect(second.offered()).toBe(sentBySecond);
  });

  it('does not ask it about what the first refuses for ever', async () => {
    const [first, second] = [await server({ recipient: () => saying(550, 'no') }), await server()];
    const both = withFallback(mailer(first), mailer(second));
    expect(await both.deliver(message)).toMatchObject({ outcome: 'refused' });
    expect(second.offered()).toBe(0);
  });
});

describe('an address that is more than one', () => {
  it.each([
    'a@b.example\r\nBcc: x@evil.example',
    'a@b.example\nBcc: x@evil.example',
    '"a@evil.example,"@b.example',
    '"a b"@b.example',
    'a@evil.example@b.example',
    '<a@b.example>',
    'a@b.example, x@evil.example',
    'a@b.example;x@evil.example',
    'You <a@b.example>',
    'a(comment)@b.example',
    'a@ｂ.example',
    'a＠evil.example@b.example',
    'a，x@evil.example',
    'a@b.example x',
    'a@b.example\u2028Bcc: x@evil.example',
    'a\u202e@b.example',
    'a\0@b.example',
    'group:a@b.example;',
    '@b.example',
    'a@',
    '',
    `${'a'.repeat(400)}@b.example`,
    `a@${'b'.repeat(250)}.example`,
  ])('gets no mail: %j', (address) => {
    expect(addressed(letter, { id, address })).toBeUndefined();
  });

  it.each(['a@b.example', 'a%0aTo:@b.example', "o'neil+tag@b.example", 'élise@b.example'])(
    'is one, and goes there alone or nowhere: %j',
    async (address) => {
      const to = await server();
      const made = addressed(letter, { id, address });
      if (made) await mailer(to).deliver(made);
      const wanted = to.taken.map(() => [address]);
      expect(to.taken.map((taken) => taken.to)).toEqual(wanted);
      expect(
        to.taken.flatMap(({ headers }) => headers.filter((one) => /^(b?cc):/i.test(one))),
      ).toEqual([]);
    },
  );

  it.each([
    'Hello\r\nBcc: x@evil.example',
    'Hello\u2028Bcc: x@evil.example',
    'Hello =?utf-8?Q?=0D=0ABcc:_x@evil.example?=',
  ])('a subject stays one line of the header: %j', async (subject) => {
    const to = await server();
    const made = addressed({ ...letter, subject }, { id, address: 'you@example.com' });
    if (!made) throw new Error('not addressed');
    await mailer(to).deliver(made);
    const headers = to.taken[0]?.headers ?? [];
    expect(headers.filter((one) => /^bcc/i.test(one))).toEqual([]);
    expect(headers.filter((one) => /^subject: /i.test(one))).toHaveLength(1);
    expect(headers.some((one) => one.includes('=?utf-8?Q?=0D'))).toBe(false);
    expect(to.taken[0]?.to).toEqual(['you@example.com']);
  });
});

import type { Mailer, Message } from '../../src/mail/mailer.ts';
import { openMailer } from '../../src/mail/open-mailer.ts';
import { type SesOptions, sesMailer } from '../../src/mail/ses.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { type SesAnswer, type SesServer, openSesServer } from '../support/ses-server.ts';

const from = { name: 'Gatehouse', address: 'no-reply@example.com' };
const id = '6d7b2f0a-0e5f-4b7e-9f0e-2b1f7a4a9c11';
const letter = { subject: 'Ваш код', text: 'Hello\n', html: '<p>Hello</p>' };
const message: Message = { ...letter, id, to: 'you@example.com' };
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a secret of nobody' };

let said: SesAnswer;
let ses: SesServer;
beforeAll(async () => {
  ses = await openSesServer(() => said);
});
afterAll(() => ses.close());

const open: Mailer[] = [];
beforeEach(() => {
  said = 'taken';
  ses.taken.length = 0;
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

function mailer(changes: Partial<SesOptions> = {}): Mailer {
  const options = { region: 'eu-central-1', from, credentials, endpoint: ses.url };
  const made = sesMailer({ ...options, patienceMs: 1500, ...changes });
  open.push(made);
  return made;
}

it('hands over one mail, signed, with the headers that every way has', async () => {
  expect(await mailer().deliver(message)).toEqual({ outcome: 'accepted' });
  const [taken] = ses.taken;
  expect(taken).toMatchObject({ from: 'no-reply@example.com', to: ['you@example.com'] });
  expect(taken?.authorization).toMatch(/^AWS4-HMAC-SHA256 .*\/eu-central-1\/ses\/aws4_request/);
  const names = taken?.headers.map((header) => header.split(':')[0]?.toLowerCase()).toSorted();
  expect(names).toEqual([
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
  ]);
});

it('names a mail alike at each try', async () => {
  const one = mailer();
  said = { status: 429, error: 'TooManyRequestsException' };
  await one.deliver(message);
  said = 'taken';
  await one.deliver(message);
  await one.deliver(message);
  expect(ses.taken).toHaveLength(2);
  for (const { headers, tags } of ses.taken) {
    expect(headers).toContain(`Message-ID: <${id}@example.com>`);
    expect(headers).toContain(`Original-Message-ID: <${id}@example.com>`);
    expect(headers).toContain('Auto-Submitted: auto-generated');
    expect(tags).toEqual({ mail: id });
  }
});

const mine = 'Email address is not verified. The following identities failed the check';
it.each([
  [400, 'MessageRejected', 'Email contains invalid content', 'refused'],
  [400, 'BadRequestException', 'Domain contains illegal character', 'refused'],
  [400, 'MessageRejected', mine, 'not-now'],
  [400, 'MailFromDomainNotVerifiedException', undefined, 'not-now'],
  [400, 'AccountSuspendedException', undefined, 'not-now'],
  [400, 'SendingPausedException', undefined, 'not-now'],
  [400, 'LimitExceededException', undefined, 'not-now'],
  [404, 'NotFoundException', undefined, 'not-now'],
  [429, 'TooManyRequestsException', undefined, 'not-now'],
  [400, 'ThrottlingException', 'Rate exceeded', 'not-now'],
  [403, 'InvalidSignatureException', undefined, 'not-now'],
  [403, 'AccessDeniedException', 'is not authorized to perform: ses:SendRawEmail', 'not-now'],
  [500, 'InternalServiceErrorException', undefined, 'not-now'],
  [503, 'ServiceUnavailable', undefined, 'not-now'],
])('%i %s: %s', async (status, error, sentence, outcome) => {
  said = { status, error, ...(sentence !== undefined && { message: sentence }) };
  const before = ses.asked();
  const delivery = await mailer().deliver(message);
  expect(delivery).toMatchObject({ outcome, why: expect.stringContaining(error) });
  expect(delivery).not.toMatchObject({ inDoubt: true });
  expect(ses.asked() - before).toBe(1);
});

it.each<SesAnswer>(['silence', 'end', 'taken, then end'])(
  'no answer is a doubt, and is not asked twice: %s',
  async (answer) => {
    said = answer;
    const before = ses.asked();
    const delivery = await mailer().deliver(message);
    expect(delivery).toMatchObject({ outcome: 'not-now', inDoubt: true });
    expect(ses.asked() - before).toBe(1);
  },
);

it('an SES that is not there has taken nothing', async () => {
  const gone = await openSesServer();
  await gone.close();
  const delivery = await mailer({ endpoint: gone.url }).deliver(message);
  expect(delivery).toMatchObject({ outcome: 'not-now' });
  expect(delivery).not.toMatchObject({ inDoubt: true });
});

it('gives up a whole try in time, and lets go of it when it is closed', async () => {
  said = 'silence';
  const patient = { patienceMs: 20_000 };
  expect(await mailer({ ...patient, tryMs: 300 }).deliver(message)).toMatchObject({
    inDoubt: true,
  });
  const closing = mailer(patient);
  const before = ses.asked();
  const trying = closing.deliver(message);
  while (ses.asked() === before) await new Promise(setImmediate);
  await closing.close();
  expect(await trying).toMatchObject({ outcome: 'not-now' });
});

it('is where mails go when the settings name it', async () => {
  const settings = readSettings({
    SES_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'a secret of nobody',
    MAIL_FROM: 'no-reply@example.com',
  });
  const kept: string[] = [];
  const keep = async ({ id: name }: { id: string }) => void kept.push(name);
  process.env['AWS_ENDPOINT_URL_SESV2'] = ses.url;
  try {
    const made = openMailer(settings, { keep });
    open.push(made);
    expect(await made.deliver(message)).toEqual({ outcome: 'accepted' });
  } finally {
    delete process.env['AWS_ENDPOINT_URL_SESV2'];
  }
  expect(ses.taken).toHaveLength(1);
  expect(kept).toEqual([]);
});

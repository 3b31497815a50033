import { SettingsError, readSettings } from '../../src/settings/settings.ts';

const SMTP = { SMTP_URL: 'smtps://mail.example.com' };
const SES = { SES_REGION: 'eu-central-1' };
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'a secret of nobody' };
const MAIL_FROM = { MAIL_FROM: 'no-reply@example.com' };
const FALLBACK = { SMTP_URL_FALLBACK: 'smtps://other.example.com' };

function faulty(env: Record<string, string>): string[] {
  try {
    readSettings(env);
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.faults.map(({ variable }) => variable);
  }
}

it.each<[string, Record<string, string>, string[]]>([
  ['a mail server', { ...SMTP, ...MAIL_FROM }, []],
  ['a mail server and another one', { ...SMTP, ...FALLBACK, ...MAIL_FROM }, []],
  ['SES with keys', { ...SES, ...KEYS, ...MAIL_FROM }, []],
  ['SES with keys for a while', { ...SES, ...KEYS, AWS_SESSION_TOKEN: 'x', ...MAIL_FROM }, []],
  ['SES by the machine’s role', { ...SES, ...MAIL_FROM }, []],
  ['SES and a mail server behind it', { ...SES, ...FALLBACK, ...MAIL_FROM }, []],
  ['keys that others use', { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE' }, []],
  ['SES and a mail server', { ...SES, ...SMTP, ...MAIL_FROM }, ['SES_REGION']],
  ['nobody whom mails come from', SES, ['MAIL_FROM']],
  ['no first server', FALLBACK, ['SMTP_URL_FALLBACK']],
  ['a region that is none', { SES_REGION: 'Frankfurt', ...MAIL_FROM }, ['SES_REGION']],
  [
    'half a key',
    { ...SES, ...MAIL_FROM, AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE' },
    ['AWS_SECRET_ACCESS_KEY'],
  ],
  [
    'the other half',
    { ...SES, ...MAIL_FROM, AWS_SECRET_ACCESS_KEY: KEYS.AWS_SECRET_ACCESS_KEY },
    ['AWS_ACCESS_KEY_ID'],
  ],
  ['a token of no key', { ...SES, ...MAIL_FROM, AWS_SESSION_TOKEN: 'x' }, ['AWS_SESSION_TOKEN']],
])('%s', (_what, env, faults) => {
  expect(faulty(env)).toEqual(faults);
});

it('production takes SES for a mail server', () => {
  const env = {
    NODE_ENV: 'production',
    ISSUER: 'https://id.example.com',
    GATEHOUSE_SECRET: Buffer.alloc(32, 7).toString('base64'),
    DATABASE_URL: 'postgres://gatehouse@db/gatehouse',
    ...MAIL_FROM,
  };
  expect(faulty({ ...env, ...SES })).toEqual([]);
  expect(faulty(env)).toEqual(['SMTP_URL']);
});

it('no fault repeats a key', () => {
  const env = { ...SES, AWS_SECRET_ACCESS_KEY: KEYS.AWS_SECRET_ACCESS_KEY };
  expect(() => readSettings(env)).toThrow(/^(?![^]*a secret of nobody)/);
});

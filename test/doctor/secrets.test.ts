import { randomBytes } from 'node:crypto';
import { judgeSecrets } from '../../src/doctor/secrets.ts';
import { isCommon } from '../../src/passwords/common.ts';
import { SECRETS } from '../../src/settings/schema.ts';
import { gatehouse } from '../support/command-line.ts';
import { openMailServer, saying } from '../support/mail-server.ts';
import { openVaultServer } from '../support/vault-server.ts';

const made = () => randomBytes(18).toString('base64url');

it('shows no secret of the settings, whatever is wrong with what they open', async () => {
  const vault = await openVaultServer();
  // It repeats what it was given, as some do.
  const mail = await openMailServer({
    options: {
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: ({ password }, _session, done) => done(saying(535, `${password} is wrong`)),
    },
  });
  const { env, passwords } = everySecret(mail.port);
  // Whoever adds a secret adds it here.
  expect(Object.keys(env).toSorted()).toEqual(SECRETS.toSorted());
  const { VAULT_SECRET_ID, ...others } = env;
  const both = [
    others,
    { ...env, VAULT_TOKEN: '', VAULT_ROLE_ID: 'us', VAULT_SECRET_ID },
    { ...others, PORT: 'many', REDIS_URL: `nonsense://${passwords[0]}` },
  ];
  const outputs: string[] = [];
  for (const one of both) {
    const given = {
      ...one,
      MAIL_FROM: 'no-reply@localhost',
      VAULT_ADDR: vault.url,
      VAULT_TRANSIT_KEY: 'gatehouse',
    };
    for (const words of [['doctor'], ['doctor', '--json']]) {
      const { out, err } = await gatehouse(words, { env: given });
      outputs.push(out + err);
    }
  }
  const shown = [env['GATEHOUSE_SECRET'] ?? '', ...passwords, ...passwords.map(encodeURIComponent)];
  for (const output of outputs) {
    expect(output).toMatch(/fix/i);
    expect(shown.filter((text) => output.includes(text))).toEqual([]);
  }
  await mail.close();
  await vault.close();
}, 60_000);

/** A secret at every place, all different, none of which opens anything. */
function everySecret(mailPort: number): { env: Record<string, string>; passwords: string[] } {
  const passwords: string[] = [];
  const raw = () => {
    const password = `${made()}/@:`;
    passwords.push(password);
    return password;
  };
  const word = () => encodeURIComponent(raw());
  const socket = encodeURIComponent(process.env['TEST_POSTGRES'] ?? '');
  const redis = process.env['TEST_REDIS'] ?? 'redis://127.0.0.1:1';
  const env = {
    GATEHOUSE_SECRET: randomBytes(32).toString('base64'),
    DATABASE_URL: `postgres://nobody:${word()}@${socket}/none`,
    DATABASE_LISTEN_URL: `postgres://nobody:${word()}@${socket}/none`,
    REDIS_URL: redis.replace('//', `//:${word()}@`),
    SMTP_URL: `smtp://us:${word()}@127.0.0.1:${mailPort}`,
    SMTP_URL_FALLBACK: `smtps://us:${word()}@127.0.0.1:1`,
    AWS_SECRET_ACCESS_KEY: raw(),
    AWS_SESSION_TOKEN: raw(),
    VAULT_TOKEN: raw(),
    VAULT_SECRET_ID: raw(),
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=${word()}`,
  };
  return { env, passwords };
}

async function judged(secrets: string[], values: string[] = []): Promise<string[][]> {
  const passwords = values.map((value, at) => ({ variable: `PLACE_${at}`, value }));
  const { findings } = await judgeSecrets({ secrets, passwords, isCommon });
  return findings.map(({ name, what }) => [name, what]);
}

const text = (words: string) => Buffer.from(words).toString('base64');

describe('a secret', () => {
  it('that was made by chance is strong, in whatever form', async () => {
    for (let i = 0; i < 300; i += 1) {
      const bytes = randomBytes(32);
      expect(await judged([bytes.toString('base64'), bytes.toString('hex')], [made()])).toEqual([]);
    }
  });

  it.each([
    ['zeros', Buffer.alloc(32).toString('base64'), 'repeats itself'],
    [
      'a word again and again',
      'changemechangemechangemechangemechangemechangeme',
      'repeats itself',
    ],
    [
      'a sentence',
      text('correct horse battery staple, and some more'),
      'is a text, not random bytes',
    ],
    [
      'words as they are typed',
      'thisisaverylongsecretandnobodywillguessitever1',
      'is a text, not random bytes',
    ],
    [
      'a row',
      Buffer.from(Array.from({ length: 32 }, (_, at) => 200 + at)).toString('base64'),
      'only counts up',
    ],
  ])('that was made up is weak: %s', async (_, secret, why) => {
    expect(await judged([randomBytes(32).toString('base64'), secret])).toEqual([
      ['secret-weak', `The one at place 2 of GATEHOUSE_SECRET ${why}.`],
    ]);
  });

  it.each([
    ['password123', 'is one of the most common ones'],
    ['s3same', 'has 6 characters; 12 are the least'],
    ['aaaaaaaaaaaaabab', 'repeats itself'],
  ])('of a store that is guessed: %s', async (password, why) => {
    expect(await judged([], [password])).toEqual([
      ['password-weak', `The password in PLACE_0 ${why}.`],
    ]);
  });

  it('that opens two doors', async () => {
    const one = made();
    expect(await judged([], [one, made(), one])).toEqual([
      ['secret-reused', 'PLACE_0 and PLACE_2 hold the same password.'],
    ]);
  });
});

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { envExample, settingRows, settingsTable } from '../../src/settings/env-example.ts';
import { SettingsError, readSettings } from '../../src/settings/settings.ts';

const root = join(import.meta.dirname, '../..');
const secret = Buffer.alloc(32, 7).toString('base64');
const production = {
  NODE_ENV: 'production',
  ISSUER: 'https://id.example.com',
  GATEHOUSE_SECRET: secret,
  DATABASE_URL: 'postgres://gatehouse@db/gatehouse',
  SMTP_URL: 'smtps://gatehouse@mail.example.com',
  MAIL_FROM: 'Gatehouse <no-reply@example.com>',
};

const faultsOf = (env: Record<string, string>): Record<string, string> => {
  try {
    readSettings(env);
    return {};
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return Object.fromEntries(error.faults.map(({ variable, fault }) => [variable, fault]));
  }
};

const triesOf = (most: number, withinS = 900) => ({
  GATEHOUSE_BUDGETS: JSON.stringify({ 'passwords-per-account': { most, withinS } }),
});

describe('settings', () => {
  it('need nothing in development', () => {
    const settings = readSettings({});
    expect(settings).toMatchObject({
      ISSUER: 'http://localhost:3000',
      HOST: '127.0.0.1',
      GATEHOUSE_MIGRATE: 'on-start',
      production: false,
    });
  });

  it('follow the port where no issuer is given', () => {
    expect(readSettings({ PORT: '4000' }).ISSUER).toBe('http://localhost:4000');
  });

  it('take an empty variable for an absent one', () => {
    expect(readSettings({ ISSUER: '' }).ISSUER).toBe('http://localhost:3000');
  });

  it('tell all faults at once, each with its variable and the way out', () => {
    expect(
      Object.keys(
        faultsOf({ PORT: 'many', ISSUER: 'http://x/path', GATEHOUSE_FOO: '1', LOG_LEVEL: 'loud' }),
      ),
    ).toEqual(expect.arrayContaining(['PORT', 'ISSUER', 'GATEHOUSE_FOO', 'LOG_LEVEL']));
  });

  it('refuse in production what is only good for trying', () => {
    expect(faultsOf({ NODE_ENV: 'production' })).toEqual({
      ISSUER: expect.stringContaining('https'),
      GATEHOUSE_SECRET: expect.stringContaining('openssl'),
      DATABASE_URL: expect.stringContaining('GATEHOUSE_EMBEDDED'),
      SMTP_URL: expect.stringContaining('mail server'),
      MAIL_FROM: expect.stringContaining('come from'),
    });
    expect(faultsOf({ ...production, GATEHOUSE_DEVELOPMENT: 'remote' })).toHaveProperty(
      'GATEHOUSE_DEVELOPMENT',
    );
    expect(faultsOf(production)).toEqual({});
  });

  it('take stricter budgets in production, and looser ones for trying', () => {
    expect(faultsOf({ ...production, ...triesOf(5, 1800) })).toEqual({});
    const looser = { GATEHOUSE_BUDGETS: expect.stringContaining('passwords-per-account may only') };
    expect(faultsOf({ ...production, ...triesOf(11) })).toEqual(looser);
    expect(faultsOf({ ...production, ...triesOf(5, 60) })).toEqual(looser);
    expect(faultsOf(triesOf(1000, 1))).toEqual({});
    expect(readSettings(triesOf(5)).GATEHOUSE_BUDGETS).toEqual({
      'passwords-per-account': { most: 5, withinS: 900 },
    });
  });

  it.each([
    ['ten', 'must be JSON like'],
    ['[]', 'must be JSON like'],
    ['{"passwords-per-account":{"most":0}}', 'look at passwords-per-account.most'],
    ['{"passwords-per-account":{"often":1}}', 'look at passwords-per-account'],
    ['{"passwords":{"most":1}}', 'names a budget that is not there'],
    ['{"toString":{"most":1}}', 'names a budget that is not there'],
  ])('refuse %s as budgets', (text, fault) => {
    expect(faultsOf({ GATEHOUSE_BUDGETS: text })).toEqual({
      GATEHOUSE_BUDGETS: expect.stringContaining(fault),
    });
  });

  it('keep development on this machine', () => {
    expect(Object.keys(faultsOf({ HOST: '0.0.0.0', ISSUER: 'https://id.example.com' }))).toEqual([
      'HOST',
      'ISSUER',
    ]);
    expect(faultsOf({ HOST: '0.0.0.0', GATEHOUSE_DEVELOPMENT: 'remote' })).toEqual({});
  });

  it('read a secret from a file, and refuse it given twice', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'gatehouse-settings-')), 'secret');
    writeFileSync(path, `${secret}\n`);
    expect(readSettings({ GATEHOUSE_SECRET_FILE: path }).GATEHOUSE_SECRET).toEqual([secret]);
    expect(faultsOf({ GATEHOUSE_SECRET_FILE: path, GATEHOUSE_SECRET: secret })).toHaveProperty(
      'GATEHOUSE_SECRET',
    );
    expect(faultsOf({ GATEHOUSE_SECRET_FILE: '/nowhere' })).toHaveProperty('GATEHOUSE_SECRET_FILE');
  });

  it('refuse a short secret without repeating it', () => {
    const fault = faultsOf({ GATEHOUSE_SECRET: 'aHVudGVyMg==' })['GATEHOUSE_SECRET'];
    expect(fault).toContain('32 random bytes');
    expect(fault).not.toContain('aHVudGVyMg');
  });

  it.each([
    ['https://api.pwnedpasswords.com/range', true],
    ['http://localhost:8080/range', true],
    ['http://127.0.0.1:8080', true],
    ['http://passwords.example.com/range', false],
    ['https://you:secret@passwords.example.com', false],
    ['https://passwords.example.com/?key=secret', false],
    ['ftp://passwords.example.com', false],
    ['passwords.example.com', false],
  ])('ask for stolen passwords at %s: %s', (GATEHOUSE_BREACHED_PASSWORDS, may) => {
    const { GATEHOUSE_BREACHED_PASSWORDS: fault } = faultsOf({ GATEHOUSE_BREACHED_PASSWORDS });
    expect(fault === undefined).toBe(may);
    expect(fault ?? '').not.toContain('secret');
  });

  it('let no password grow old within a day', () => {
    expect(faultsOf({ GATEHOUSE_PASSWORD_EXPIRY: '86400' })).toEqual({});
    expect(faultsOf({ GATEHOUSE_PASSWORD_EXPIRY: '3600' })).toHaveProperty(
      'GATEHOUSE_PASSWORD_EXPIRY',
    );
  });

  it('know an address range when they see one', () => {
    expect(faultsOf({ GATEHOUSE_TRUSTED_PROXIES: '10.0.0.0/8, ::1, 192.168.0.1' })).toEqual({});
    expect(faultsOf({ GATEHOUSE_TRUSTED_PROXIES: '10.0.0.0/33' })).toHaveProperty(
      'GATEHOUSE_TRUSTED_PROXIES',
    );
  });
});

describe('what is made from the settings', () => {
  it('.env.example is up to date', () => {
    expect(readFileSync(join(root, '.env.example'), 'utf8')).toBe(envExample());
  });

  it('the table in docs/operating.md is up to date', () => {
    expect(readFileSync(join(root, 'docs/operating.md'), 'utf8')).toContain(settingsTable());
  });

  it('every setting has its sentence', () => {
    expect(settingRows().filter(({ purpose }) => !purpose.endsWith('.'))).toEqual([]);
  });
});

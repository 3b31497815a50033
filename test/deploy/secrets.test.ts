import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../../src/settings/settings.ts';
import { readCompose, root } from './compose-file.ts';

// Nothing but the script needs it; a build has it (.ci/run).
const openssl = spawnSync('openssl', ['version']).status === 0 || process.env['CI'] === 'true';
if (!openssl) console.warn('The secrets of docker-compose.yml are not made: no openssl is here.');

describe.each(openssl ? ['make-secrets.sh'] : [])('%s', (script) => {
  let place: string;
  beforeAll(() => {
    place = mkdtempSync(join(tmpdir(), 'gatehouse-secrets-'));
    for (const { to } of volumes) mkdirSync(join(place, to.replace('/secrets', '')));
    run();
  });
  afterAll(() => rmSync(place, { recursive: true }));

  const compose = readCompose();
  const volumes = (compose.services['secrets']?.volumes ?? [])
    .map((volume) => volume.split(':'))
    .map(([from = '', to = '']) => ({ from, to }))
    .filter(({ from }) => !from.startsWith('./'));

  function run(): string {
    const me = `${process.getuid?.()}:${process.getgid?.()}`;
    return execFileSync(join(root, 'deploy/compose', script), {
      env: { PATH: process.env['PATH'], SECRETS: place, OURS: me, POSTGRES: me, REDIS: me },
      encoding: 'utf8',
    });
  }

  const files = () =>
    readdirSync(place, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted();
  const read = (path: string) => readFileSync(join(place, path), 'utf8').trim();

  it.each([
    {},
    { SITE_NAME: 'id.example.com' },
    { SITE_NAME: 'id.example.com', SITE_PORT: '8443' },
  ])('makes what Gatehouse accepts in production: %j', (site) => {
    const { environment = {} } = readCompose(site).services['web-1'] ?? {};
    const env = Object.entries(environment).map(([name, value]) => [
      name,
      value.replace('/secrets/', `${place}/gatehouse/`),
    ]);
    const settings = readSettings({ NODE_ENV: 'production', ...Object.fromEntries(env) });
    const { SITE_NAME = 'localhost', SITE_PORT = '443' } = site;
    expect(settings.ISSUER).toBe(new URL(`https://${SITE_NAME}:${SITE_PORT}`).origin);
    for (const neighbour of [settings.DATABASE_URL, settings.REDIS_URL]) {
      expect(Object.keys(compose.services)).toContain(new URL(neighbour ?? '').hostname);
    }
    expect(settings.SMTP_URL).toMatchObject({ host: 'mail', port: 1025, tls: false });
  });

  it('gives each reader what the others were told', () => {
    expect(read('gatehouse/database-url')).toContain(`:${read('postgres/gatehouse.password')}@`);
    const [, redis = ''] = /^requirepass (\S+)$/m.exec(read('redis/redis.conf')) ?? [];
    expect(read('gatehouse/redis-url')).toContain(`:${redis}@`);
    const mail = new URL(read('gatehouse/smtp-url')).password;
    const [, salt = ''] = /^gatehouse:\$apr1\$([^$]+)\$/.exec(read('mail/users')) ?? [];
    const hash = execFileSync('openssl', ['passwd', '-apr1', '-salt', salt, mail]).toString();
    expect(read('mail/users')).toBe(`gatehouse:${hash.trim()}`);
  });

  it('keeps the evicting kind of Redis away', () => {
    expect(read('redis/redis.conf')).toContain('maxmemory-policy noeviction');
  });

  it.each(['mail', 'openbao'])('certifies %s by the authority that Gatehouse trusts', (host) => {
    const authority = new X509Certificate(read('gatehouse/authority.pem'));
    const certificate = new X509Certificate(read(`${host}/certificate.pem`));
    expect(certificate.verify(authority.publicKey)).toBe(true);
    expect(certificate.checkHost(host)).toBe(host);
    expect(certificate.checkHost('localhost')).toBeUndefined();
    expect(authority.ca).toBe(true);
    expect(certificate.ca).toBe(false);
  });

  it('shows them to their owners alone, and leaves nothing else', () => {
    for (const path of files()) expect([path, statSync(path).mode & 0o077]).toEqual([path, 0]);
    expect(files().filter((path) => /\.new$|request|extensions/.test(path))).toEqual([]);
  });

  it('changes nothing when it runs again', () => {
    const before = files().map((path) => [path, readFileSync(path, 'utf8')]);
    expect(run()).toBe('The secrets are there.\n');
    expect(files().map((path) => [path, readFileSync(path, 'utf8')])).toEqual(before);
  });
});

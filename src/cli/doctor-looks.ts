import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { deriveKeys } from '../crypto/derived-keys.ts';
import { askIssuer } from '../doctor/ask-issuer.ts';
import {
  type DatabaseAway,
  type DatabaseFacts,
  clockFaults,
  judgeDatabase,
} from '../doctor/database.ts';
import { openDns } from '../doctor/dns.ts';
import type { EchoAnswer } from '../doctor/echo.ts';
import type { Look } from '../doctor/examine.ts';
import type { Examined } from '../doctor/finding.ts';
import { type Reach, reachOf } from '../doctor/network.ts';
import { judgeMailServer } from '../doctor/mail-server.ts';
import { judgeRedis } from '../doctor/redis.ts';
import { examineSender } from '../doctor/sender.ts';
import { judgeVault } from '../doctor/vault.ts';
import { judgeWay } from '../doctor/way.ts';
import { connectionsOf, examineInstallation, secretsHere } from '../installation.ts';
import { isThisMachine } from '../mail/open-mailer.ts';
import type { SmtpServer } from '../settings/mail.ts';
import { readRedisAddress } from '../settings/redis-address.ts';
import { type Settings, SettingsError } from '../settings/settings.ts';
import { reachDatabase } from '../stores/database-place.ts';
import { examineDatabase } from '../stores/postgres/examine.ts';
import type { Vault } from '../vault/vault.ts';

type OpenVault = () => Promise<Vault | undefined>;

/** Everything that the doctor looks at, with the parts that can be looked at from here. */
export function looksAt(settings: Settings, vault: OpenVault): Look[] {
  return [
    { part: 'Issuer', look: () => atIssuer(settings) },
    { part: 'Database', look: () => atDatabase(settings) },
    { part: 'Redis', look: () => atRedis(settings) },
    { part: 'Vault', look: () => atVault(settings, vault) },
    { part: 'Mail', look: () => atMail(settings) },
    { part: 'This machine', look: () => examineInstallation(settings) },
  ];
}

async function atDatabase(settings: Settings): Promise<Examined[]> {
  const facts = await databaseFacts(settings);
  const database = judgeDatabase(facts, {
    embedded: !settings.DATABASE_URL,
    inClear: settings.DATABASE_URL ? databaseInClear(settings.DATABASE_URL) : undefined,
    connections: connectionsOf(settings),
    migrateOnStart: settings.GATEHOUSE_MIGRATE === 'on-start',
  });
  if ('away' in facts) return [database];
  const ms = Math.abs(Math.round(facts.aheadMs));
  const told = `within ${ms < 10 ? '10' : ms} ms of the database's`;
  return [database, { part: 'Its clock', seen: true, told, findings: clockFaults(facts) }];
}

/** The doctor makes nothing: what the first start would make is not there yet. */
async function databaseFacts(settings: Settings): Promise<DatabaseFacts | DatabaseAway> {
  if (!settings.DATABASE_URL && !existsSync(join(settings.DATA_DIR, 'postgres'))) {
    return { away: 'missing', why: `There is no database in ${settings.DATA_DIR} yet.` };
  }
  const place = await reachDatabase(settings);
  try {
    return await examineDatabase(place);
  } finally {
    await place.stop();
  }
}

function databaseInClear(address: string): Reach | undefined {
  const { hostname, searchParams } = new URL(address);
  const mode = searchParams.get('sslmode');
  const checked = mode
    ? !['disable', 'no-verify'].includes(mode)
    : searchParams.get('ssl') === 'true';
  return checked ? undefined : reachOf(searchParams.get('host') ?? decodeURIComponent(hostname));
}

async function atRedis({ REDIS_URL, production }: Settings): Promise<Examined[]> {
  if (!REDIS_URL) {
    return [{ part: 'Redis', seen: false, told: 'not in use', findings: [] }];
  }
  const { examineRedis } = await import('../stores/redis/examine.ts');
  const address = readRedisAddress(REDIS_URL);
  if (typeof address === 'string')
    throw new SettingsError([{ variable: 'REDIS_URL', fault: address }]);
  const reach = reachOf(address.hosts[0]?.host ?? '');
  return [
    judgeRedis(await examineRedis(REDIS_URL), {
      production,
      inClear: address.tls ? undefined : reach,
      open: reach !== undefined && !address.password,
    }),
  ];
}

async function atIssuer(settings: Settings): Promise<Examined[]> {
  const { ISSUER: issuer, GATEHOUSE_TRUSTED_PROXIES: trusted = [] } = settings;
  const secrets = secretsHere(settings);
  if (secrets.length === 0) {
    return [{ part: 'Issuer', seen: false, told: 'no server has been started yet', findings: [] }];
  }
  const { encryption } = deriveKeys(secrets);
  const asked = await askIssuer({ issuer, encryption });
  const here = await processesHere(settings, { issuer, encryption });
  return judgeWay({ issuer, trusted, asked, here, now: new Date() });
}

/** Each process remembers for itself, and which one answers is chance. */
async function processesHere(
  { HOST, PORT, GATEHOUSE_WORKERS }: Settings,
  whom: Parameters<typeof askIssuer>[0],
): Promise<EchoAnswer[]> {
  const host = HOST === '0.0.0.0' ? '127.0.0.1' : HOST === '::' ? '::1' : HOST;
  const times = GATEHOUSE_WORKERS === 1 ? 1 : 2 * Math.min(GATEHOUSE_WORKERS, 8);
  const asked = await Promise.all(
    Array.from({ length: times }, () => askIssuer(whom, { host, port: PORT })),
  );
  return asked.flatMap((one) => (one.outcome === 'answered' ? [one.answer] : []));
}

async function atMail(settings: Settings): Promise<Examined[]> {
  const { MAIL_FROM, SES_REGION, SMTP_URL, SMTP_URL_FALLBACK } = settings;
  if (!MAIL_FROM) {
    return [{ part: 'Mail', seen: false, told: 'kept at /letterbox, none is sent', findings: [] }];
  }
  const domain = MAIL_FROM.address.split('@')[1] ?? '';
  const sender = examineSender({ domain, bySes: SES_REGION !== undefined }, openDns());
  const servers = [
    ...(SMTP_URL ? [atMailServer('SMTP_URL', SMTP_URL, settings)] : []),
    ...(SMTP_URL_FALLBACK ? [atMailServer('SMTP_URL_FALLBACK', SMTP_URL_FALLBACK, settings)] : []),
  ];
  const ses = SES_REGION ? [byAmazon(SES_REGION)] : [];
  return [...ses, ...(await Promise.all(servers)), await sender];
}

async function atMailServer(
  variable: string,
  server: SmtpServer,
  { production }: Settings,
): Promise<Examined> {
  const inClear = !production && isThisMachine(server.host);
  const { greet } = await import('../mail/greet.ts');
  const greeted = await greet(server, { inClear });
  return judgeMailServer({ name: `${server.host}:${server.port}`, variable, greeted });
}

/** Its API has no question that needs no more rights than sending. */
function byAmazon(region: string): Examined {
  const told = `Amazon SES in ${region}, not asked: gatehouse mail test does`;
  return { part: 'Mail server', seen: false, told, findings: [] };
}

async function atVault(settings: Settings, open: OpenVault): Promise<Examined[]> {
  const { production, VAULT_TRANSIT_KEY: key, VAULT_TRANSIT_MOUNT: mount = 'transit' } = settings;
  const vault = await open();
  if (!vault) return [{ part: 'Vault', seen: false, told: 'not in use', findings: [] }];
  try {
    const { examineVault } = await import('../vault/examine.ts');
    const facts = await examineVault(vault, key === undefined ? undefined : { mount, key });
    const { protocol, hostname } = new URL(vault.address);
    const inClear = protocol === 'https:' ? undefined : reachOf(hostname);
    return [judgeVault(facts, { address: vault.address, production, inClear })];
  } finally {
    vault.close();
  }
}

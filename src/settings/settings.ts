import { isIP } from 'node:net';
import { resolve } from 'node:path';
import type { z } from 'zod';
import { looserThan } from './budgets.ts';
import {
  type Draft,
  type Environment,
  type SecretRead,
  type SettingsFault,
  draftOf,
  textsFrom,
  withSecrets,
} from './draft.ts';
import { mailFaults } from './mail-faults.ts';
import { memoryHere } from './memory.ts';
import { schema, type Variables } from './schema.ts';
import { transitFaults } from './transit.ts';
import { vaultFaults, vaultSettingsIn } from './vault.ts';

export type { Environment, SettingsFault } from './draft.ts';

/** The environment, once, whole and checked. Nothing else reads it. */
export interface Settings extends Omit<
  Variables,
  'ISSUER' | 'HOST' | 'GATEHOUSE_MIGRATE' | 'GATEHOUSE_MEMORY'
> {
  ISSUER: string;
  HOST: string;
  GATEHOUSE_MIGRATE: 'on-start' | 'manual';
  GATEHOUSE_MEMORY: number;
  production: boolean;
}

/** Every fault at once: nobody likes to mend one and meet the next. */
export class SettingsError extends Error {
  readonly faults: SettingsFault[];

  constructor(faults: SettingsFault[]) {
    super(faults.map(({ variable, fault }) => `${variable}: ${fault}`).join('\n'));
    this.name = 'SettingsError';
    this.faults = faults;
  }
}

/** The settings of an environment that refers to nothing outside. */
export function readSettings(env: Environment): Settings {
  return settingsOf(draftOf(env), new Map());
}

/** The settings, with what was read in Vault. */
export function settingsOf(draft: Draft, secrets: ReadonlyMap<string, SecretRead>): Settings {
  const { values, faults } = withSecrets(draft, secrets);
  const parsed = schema.safeParse(values);
  const told = new Set(faults.map(({ variable }) => variable));
  const flaws = parsed.error?.issues.map(toFault) ?? [];
  faults.push(...flaws.filter(({ variable }) => !told.has(variable)));
  const faulty = new Set(faults.map(({ variable }) => variable));
  const settings = withDefaults(parsed.data ?? schema.parse(without(values, faulty)));
  const refers = draft.references.size > 0;
  faults.push(...unsafe(settings, refers).filter(({ variable }) => !faulty.has(variable)));
  if (faults.length > 0)
    throw new SettingsError(faults.map((fault) => hidden(fault, draft, secrets)));
  return settings;
}

/** What can be told before Vault is asked: it is no reason to wait for a Vault that is absent. */
export function faultsBefore(draft: Draft): SettingsFault[] {
  const alone = without(draft.values, new Set(draft.references.keys()));
  const flaws = schema.safeParse(alone).error?.issues.map(toFault) ?? [];
  const known = [...draft.faults, ...flaws];
  if (flaws.some(({ variable }) => variable.startsWith('VAULT_'))) return known;
  const vault = { ...vaultSettingsIn(alone), NODE_ENV: alone['NODE_ENV'] };
  return [...known, ...vaultFaults(vault, draft.references.size > 0)];
}

/** The settings without those that stand in Vault; sound where there are no faults before. */
export function settingsBefore(draft: Draft): Settings {
  return withDefaults(schema.parse(without(draft.values, new Set(draft.references.keys()))));
}

/** What came from Vault is told to nobody, however wrong it is. */
function hidden(
  { variable, fault }: SettingsFault,
  { references }: Draft,
  secrets: ReadonlyMap<string, SecretRead>,
): SettingsFault {
  const texts = textsFrom(references.get(variable) ?? [], secrets);
  const told = texts.reduce((text, secret) => text.replaceAll(secret, '[hidden]'), fault);
  return { variable, fault: told };
}

/** What remains is sound, and can be judged as a whole. */
function without(values: Environment, faulty: ReadonlySet<string>): Environment {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !faulty.has(name)));
}

/** The value itself is never repeated: it may be a secret. */
function toFault(issue: z.core.$ZodIssue): SettingsFault {
  return { variable: issue.path.join('.'), fault: `${issue.message}.` };
}

function withDefaults(variables: Variables): Settings {
  const production = variables.NODE_ENV === 'production';
  return {
    ...variables,
    ISSUER: variables.ISSUER ?? `http://localhost:${variables.PORT}`,
    HOST: variables.HOST ?? (production ? '0.0.0.0' : '127.0.0.1'),
    DATA_DIR: resolve(variables.DATA_DIR),
    GATEHOUSE_MIGRATE: variables.GATEHOUSE_MIGRATE ?? (production ? 'manual' : 'on-start'),
    GATEHOUSE_MEMORY: variables.GATEHOUSE_MEMORY ?? memoryHere(variables.GATEHOUSE_WORKERS),
    production,
  };
}

function unsafe(settings: Settings, refers: boolean): SettingsFault[] {
  return [
    ...(settings.production ? unsafeInProduction(settings) : unsafeInDevelopment(settings)),
    ...mailFaults(settings),
    ...metricsFaults(settings),
    ...transitFaults(settings),
    ...vaultFaults(settings, refers),
    ...(settings.GATEHOUSE_TRUSTED_PROXIES ?? [])
      .filter((cidr) => !isCidr(cidr))
      .map((cidr) => ({
        variable: 'GATEHOUSE_TRUSTED_PROXIES',
        fault: `${cidr} is not an address range; write it like 10.0.0.0/8.`,
      })),
  ];
}

function* unsafeInProduction(settings: Settings): Generator<SettingsFault> {
  if (!settings.ISSUER.startsWith('https:')) {
    yield { variable: 'ISSUER', fault: 'must be the https:// address that people see.' };
  }
  if (!settings.GATEHOUSE_SECRET) {
    yield {
      variable: 'GATEHOUSE_SECRET',
      fault: 'is missing; make one with `openssl rand -base64 32`.',
    };
  }
  if (!settings.DATABASE_URL && !settings.GATEHOUSE_EMBEDDED) {
    yield {
      variable: 'DATABASE_URL',
      fault: 'is missing; point it at PostgreSQL, or set GATEHOUSE_EMBEDDED=allow.',
    };
  }
  for (const looser of looserThan(settings.GATEHOUSE_BUDGETS)) {
    yield {
      variable: 'GATEHOUSE_BUDGETS',
      fault: `${looser} may only be made stricter in production: fewer tries, or a longer time.`,
    };
  }
  if (settings.GATEHOUSE_DEVELOPMENT) {
    yield { variable: 'GATEHOUSE_DEVELOPMENT', fault: 'has no place in production; remove it.' };
  }
}

function* unsafeInDevelopment(settings: Settings): Generator<SettingsFault> {
  if (settings.GATEHOUSE_DEVELOPMENT === 'remote') return;
  const remedy = 'set NODE_ENV=production, or GATEHOUSE_DEVELOPMENT=remote.';
  if (!isLoopback(settings.HOST)) {
    yield { variable: 'HOST', fault: `development answers this machine alone; ${remedy}` };
  }
  if (settings.ISSUER.startsWith('https:')) {
    yield { variable: 'ISSUER', fault: `development is not meant for an https issuer; ${remedy}` };
  }
}

function metricsFaults({ METRICS_PORT, PORT }: Settings): SettingsFault[] {
  if (METRICS_PORT === undefined || METRICS_PORT === 0 || METRICS_PORT !== PORT) return [];
  return [{ variable: 'METRICS_PORT', fault: 'is PORT; give it a number of its own.' }];
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function isCidr(text: string): boolean {
  const [address = '', bits, extra] = text.split('/');
  const family = isIP(address);
  if (!family || extra !== undefined) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
  );
}

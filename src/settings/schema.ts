import { cpus } from 'node:os';
import { z } from 'zod';
import { brandSettings } from './brand.ts';
import { budgets } from './budgets.ts';
import { lifetimes } from './lifetimes.ts';
import { mailSettings } from './mail.ts';
import { metricsSettings } from './metrics.ts';
import { passwordSettings } from './passwords.ts';
import { profileFields } from './profile.ts';
import { transitSettings } from './transit.ts';
import { readRedisAddress } from './redis-address.ts';
import { vaultSettings } from './vault.ts';
import { tracingSettings } from './tracing.ts';

/**
 * Every setting there is: its type, its default and one sentence of purpose. `.env.example` and the table in
 * docs/operating.md are made from it. This folder alone reads the environment.
 */
export const schema = z.object({
  ISSUER: httpUrl()
    .optional()
    .describe(
      'Scheme, host and port of the issuer, without a path; every absolute URL comes from it. Default: http://localhost:$PORT.',
    ),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000).describe('The port to listen on.'),
  HOST: z
    .string()
    .min(1)
    .optional()
    .describe('The address to listen on. Default: 127.0.0.1, in production 0.0.0.0.'),
  NODE_ENV: z
    .enum(['development', 'production'])
    .default('development')
    .describe(
      'production refuses what is only good for trying; development answers this machine alone.',
    ),
  GATEHOUSE_DEVELOPMENT: z
    .enum(['remote'])
    .optional()
    .describe('remote: let development listen on other addresses, or on an https issuer.'),
  GATEHOUSE_SECRET: secrets()
    .optional()
    .describe(
      'At least 32 random bytes in base64; several separated by commas, newest first. Keys for cookies, codes and encryption are derived from it. Development makes one in DATA_DIR.',
    ),
  DATA_DIR: z
    .string()
    .min(1)
    .default('./data')
    .describe(
      'The embedded database, local keys and generated secrets; readable by its owner only.',
    ),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres:// or postgresql://')
    .optional()
    .describe('PostgreSQL 15 or later. Without it an embedded PostgreSQL 18 runs under DATA_DIR.'),
  DATABASE_POOL: z.coerce
    .number()
    .int()
    .min(2)
    .max(200)
    .default(10)
    .describe('Connections to PostgreSQL that one process may open for requests.'),
  DATABASE_LISTEN_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres:// or postgresql://')
    .optional()
    .describe(
      'A direct connection for LISTEN, where DATABASE_URL goes through a pooler such as PgBouncer.',
    ),
  GATEHOUSE_EMBEDDED: z
    .enum(['allow'])
    .optional()
    .describe('allow: let production run on the embedded database.'),
  GATEHOUSE_MIGRATE: z
    .enum(['on-start', 'manual'])
    .optional()
    .describe(
      'When the schema is brought up to date. Default: on-start, in production manual (`gatehouse migrate`).',
    ),
  REDIS_URL: z
    .string()
    .superRefine((text, ctx) => {
      const address = readRedisAddress(text);
      if (typeof address === 'string') ctx.addIssue(address);
    })
    .optional()
    .describe(
      'Short-lived records: redis://user:password@host:6379/0, redis-sentinel://host:26379,host:26379/name, redis-cluster://host:6379,host:6379; with rediss… over TLS. Without it they live in PostgreSQL.',
    ),
  ...transitSettings,
  ...mailSettings,
  ...vaultSettings,
  GATEHOUSE_TRUSTED_PROXIES: list()
    .optional()
    .describe(
      'CIDRs, separated by commas, whose X-Forwarded-For is believed (the right-most untrusted hop).',
    ),
  GATEHOUSE_WORKERS: z
    .union([
      z.literal('auto').transform(() => cpus().length),
      z.coerce.number().int().min(1).max(256),
    ])
    .default(1)
    .describe('Processes that share the port; auto: one a core.'),
  GATEHOUSE_MEMORY: z.coerce
    .number()
    .int()
    .min(192)
    .optional()
    .describe(
      'How much memory one process may use, in MB: connections and requests that wait are bounded by it. Default: what the container or the machine has, shared by the processes; at most twice the heap of Node.js.',
    ),
  GATEHOUSE_BUDGETS: budgets()
    .optional()
    .describe(
      'How often what may be tried, where it differs from src/limits/budgets.ts: {"passwords-per-account":{"most":5,"withinS":900}}. Production takes stricter ones alone.',
    ),
  ...passwordSettings,
  ...brandSettings,
  GATEHOUSE_USERNAME: z
    .enum(['off', 'optional', 'required'])
    .default('optional')
    .describe('Whether people choose a user name, beside their address, when they sign up.'),
  GATEHOUSE_PROFILE: profileFields()
    .optional()
    .describe(
      'The path of a JSON file with your own profile fields, which people fill in when they sign up.',
    ),
  ...lifetimes,
  ...metricsSettings,
  ...tracingSettings,
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('JSON lines in production, readable lines in a terminal.'),
});

export type Variables = z.infer<typeof schema>;

/** May be given as NAME_FILE, a path; and are never shown. Files of VAULT_* are read when Vault is asked. */
export const SECRETS: readonly string[] = [
  'GATEHOUSE_SECRET',
  'DATABASE_URL',
  'DATABASE_LISTEN_URL',
  'REDIS_URL',
  'SMTP_URL',
  'SMTP_URL_FALLBACK',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'VAULT_TOKEN',
  'VAULT_SECRET_ID',
  'OTEL_EXPORTER_OTLP_HEADERS',
];

function httpUrl() {
  return z
    .string()
    .refine(isOrigin, 'must be http(s)://host[:port], without a path')
    .transform((url) => new URL(url).origin);
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && (text === url.origin || text === `${url.origin}/`);
}

function secrets() {
  return list().refine(
    (all) => all.length > 0 && all.every((one) => Buffer.from(one, 'base64').length >= 32),
    'must be 32 random bytes or more, in base64 (openssl rand -base64 32)',
  );
}

function list() {
  return z.string().transform((text) =>
    text
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean),
  );
}

import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/**
 * Who may import whom: folders on the left, what they may reach on the right. Down, never up.
 * A path stands for that file alone.
 */
const GROUND = [
  'crypto',
  'settings',
  'i18n',
  'logging',
  'transactions',
  'changes',
  'pictures',
  'watching',
  'waiting',
];
const PORTS = [...GROUND, 'http', 'jobs', 'keys', 'audit', 'limits', 'mail'];
const DOMAIN = [...PORTS, 'accounts', 'passwords', 'sessions', 'clients', 'apis', 'proofs'];
/** Flows speak to the protocol through these alone, and never to each other. */
const FLOW = [...DOMAIN, 'oidc/interaction.ts', 'oidc/dispatch.ts'];

const MAY_IMPORT: Record<string, string[]> = {
  crypto: [],
  settings: [
    'limits/budgets.ts',
    'brand/colour.ts',
    'pictures',
    'i18n/languages.ts',
    'accounts/own-fields.ts',
  ],
  i18n: [],
  logging: [],
  transactions: [],
  changes: [],
  vault: GROUND,
  pictures: [],
  watching: [],
  waiting: [],
  metrics: [...GROUND, 'http', 'process'],
  tracing: GROUND,
  brand: [...GROUND, 'http'],
  audit: ['transactions', 'watching'],
  http: GROUND,
  jobs: GROUND,
  keys: [...GROUND, 'audit', 'vault'],
  limits: GROUND,
  mail: [...GROUND, 'jobs', 'audit', 'brand'],
  passwords: GROUND,
  accounts: [...PORTS, 'passwords'],
  sessions: [...PORTS, 'accounts'],
  clients: PORTS,
  apis: [...PORTS, 'clients'],
  proofs: [...PORTS, 'accounts', 'clients'],
  'logout-notices': [...PORTS, 'sessions'],
  language: [...PORTS, 'brand', 'passwords'],
  health: [...GROUND, 'http'],
  oidc: DOMAIN,
  'sign-in': FLOW,
  'sign-up': FLOW,
  'email-verification': FLOW,
  'password-reset': FLOW,
  'password-expiry': FLOW,
  'continue-as': FLOW,
  'sign-out': FLOW,
  consent: FLOW,
  home: FLOW,
  development: [...FLOW, 'brand'],
  doctor: [...GROUND, 'http', 'mail', 'vault'],
  process: [...GROUND, 'http'],
  stores: [
    ...DOMAIN,
    'doctor',
    'logout-notices',
    'metrics/standing.ts',
    'oidc/protocol-store.ts',
    'process/cannot-start.ts',
  ],
  cli: ['*'],
  'main.ts': ['*'],
  'app.ts': ['*'],
  'serve.ts': ['*'],
  'lead.ts': ['*'],
  'work.ts': ['*'],
  'furnish.ts': ['*'],
  'installation.ts': ['*'],
  'wiring.ts': ['*'],
  'signing.ts': ['*'],
  'rooms.ts': ['*'],
  'logouts.ts': ['*'],
  'lookout.ts': ['*'],
  'standing.ts': ['*'],
};

/** Libraries that one folder alone may know. */
const ONLY_IN: Record<string, string[]> = {
  'oidc-provider': ['oidc'],
  '@prisma/client': ['stores/postgres'],
  '@prisma/adapter-pg': ['stores/postgres'],
  pg: ['stores', 'cli'],
  ioredis: ['stores/redis'],
  argon2: ['passwords'],
  'pg-boss': ['jobs', 'stores'],
  'openid-client': ['development'],
  nodemailer: ['mail'],
  '@aws-sdk/client-sesv2': ['mail'],
  'node-vault': ['vault'],
  'prom-client': ['metrics'],
  '@opentelemetry/api': ['tracing'],
  '@opentelemetry/sdk-trace': ['tracing'],
  '@opentelemetry/resources': ['tracing'],
  '@opentelemetry/exporter-trace-otlp-proto': ['tracing'],
};
const MAX_LINES = 250;

const src = join(import.meta.dirname, '../../src');
const files = globSync('**/*.ts', { cwd: src });

describe.each(files)('src/%s', (file) => {
  const text = readFileSync(join(src, file), 'utf8');
  const home = file.split('/')[0] ?? '';
  const imports = [...text.matchAll(/(?:from|import)[ (]'([^']+)'/g)].map(([, path = '']) => path);

  it('imports only what its folder may', () => {
    const may = MAY_IMPORT[home];
    if (!may) throw new Error(`${home} is not in the table MAY_IMPORT`);
    const reached = imports
      .filter((path) => path.startsWith('.'))
      .map((path) => relative(src, join(src, dirname(file), path)))
      .filter((path) => path.split('/')[0] !== home && !path.startsWith('..'));
    const allowed = (path: string) =>
      may.includes('*') || may.includes(path) || may.includes(path.split('/')[0] ?? '');
    expect(reached.filter((path) => !allowed(path))).toEqual([]);
  });

  it('knows no library that is not its own', () => {
    const strange = imports.filter((path) => {
      const homes =
        ONLY_IN[
          path
            .split('/')
            .slice(0, path.startsWith('@') ? 2 : 1)
            .join('/')
        ];
      return homes !== undefined && !homes.some((folder) => file.startsWith(`${folder}/`));
    });
    expect(strange).toEqual([]);
  });

  it(`stays within ${MAX_LINES} lines`, () => {
    expect(text.split('\n').length).toBeLessThanOrEqual(MAX_LINES);
  });
});

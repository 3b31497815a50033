import { isDeepStrictEqual } from 'node:util';
import type { AuditTrail } from '../audit/store.ts';
import { OPENID_SCOPES } from '../clients/client.ts';
import { hashSecret, newSecret } from '../clients/secrets.ts';
import type { ClientRegistration, ClientStore } from '../clients/store.ts';
import { registrationOf } from '../clients/update-client.ts';
import type { Atomically } from '../transactions/atomically.ts';

export const DEMO = 'demo';
export const DEMO_SERVICE = 'demo-service';

export interface DemoClientsDeps {
  atomically: Atomically<{
    clients: Pick<
      ClientStore,
      'find' | 'create' | 'replace' | 'addSecret' | 'expireSecrets' | 'deleteDevelopment'
    >;
    audit: Pick<AuditTrail, 'record'>;
  }>;
  now: () => Date;
}

export interface Surroundings {
  settings: { ISSUER: string; production: boolean };
  /** The secret is derived from GATEHOUSE_SECRET, so that the command line can show it; only its hash is stored. */
  keys: { demoServiceSecret: string };
}

/** At the start of every process: development has them, production ends those it finds. */
export async function settleDemoClients(deps: DemoClientsDeps & Surroundings): Promise<void> {
  if (deps.settings.production) await endDemoClients(deps);
  else await ensureDemoClients(deps);
}

/**
 * The two clients that development is tried with, as the issuer of today wants them. Several processes may do this
 * at once. A client of the operator's own by one of these names is left alone.
 */
export async function ensureDemoClients(deps: DemoClientsDeps & Surroundings): Promise<void> {
  await ensure(deps, demo(deps.settings.ISSUER));
  await ensure(deps, demoService, deps.keys.demoServiceSecret);
}

/** Answers the ids of those it ended. */
export function endDemoClients(deps: Pick<DemoClientsDeps, 'atomically'>): Promise<string[]> {
  return deps.atomically(async ({ clients, audit }) => {
    const ended = await clients.deleteDevelopment();
    for (const clientId of ended) {
      await audit.record('client-deleted', {}, { actor: 'system', clientId });
    }
    return ended;
  });
}

function ensure(
  { atomically, now }: DemoClientsDeps,
  registration: ClientRegistration,
  secret?: string,
): Promise<void> {
  const { id: clientId } = registration;
  return atomically(async ({ clients, audit }) => {
    const created = await clients.create(registration);
    if (created === 'created') {
      await audit.record('client-created', {}, { actor: 'system', clientId });
    }
    const client = await clients.find(clientId);
    if (!client?.development) return;
    if (!isDeepStrictEqual(registrationOf(client), registration)) {
      await clients.replace(registration, client.updatedAt);
    }
    if (secret === undefined || client.secrets.some(isHashOf(secret))) return;
    const { stored } = newSecret(now(), secret);
    await clients.addSecret(clientId, stored);
    await clients.expireSecrets(clientId, stored.id, now());
  });
}

function isHashOf(secret: string) {
  const hash = hashSecret(secret);
  return ({ sha256, expiresAt }: { sha256: Buffer; expiresAt?: Date }) =>
    expiresAt === undefined && sha256.equals(hash);
}

const PLAIN = {
  firstParty: false,
  kind: 'web' as const,
  apis: {},
  corsOrigins: [],
  requirePushedRequests: false,
  dpopBoundAccessTokens: false,
  backchannelLogoutSessionRequired: false,
  development: true,
} satisfies Partial<ClientRegistration>;

/** Third-party, so that consent is seen too. */
function demo(issuer: string): ClientRegistration {
  return {
    ...PLAIN,
    id: DEMO,
    name: 'Demo',
    tokenEndpointAuthMethod: 'none',
    grantTypes: ['authorization_code', 'refresh_token'],
    redirectUris: [`${issuer}/demo/callback`],
    postLogoutRedirectUris: [`${issuer}/demo`],
    scopes: [...OPENID_SCOPES],
  };
}

const demoService: ClientRegistration = {
  ...PLAIN,
  id: DEMO_SERVICE,
  name: 'Demo service',
  tokenEndpointAuthMethod: 'client_secret_basic',
  grantTypes: ['client_credentials'],
  redirectUris: [],
  postLogoutRedirectUris: [],
  scopes: [],
};

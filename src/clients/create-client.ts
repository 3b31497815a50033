import type { Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import type { Settings } from '../settings/settings.ts';
import type { Atomically } from '../transactions/atomically.ts';
import { type KnownApis, apiFaults } from './api-faults.ts';
import type { Fault } from './fault.ts';
import { readLogo } from './logo.ts';
import { registrationFaults } from './registration.ts';
import { newSecret, usesSecret } from './secrets.ts';
import type { ClientRegistration, ClientStore } from './store.ts';

export interface CreateClientDeps {
  atomically: Atomically<{
    clients: Pick<ClientStore, 'create' | 'addSecret' | 'setLogo'>;
    apis: KnownApis;
    audit: Pick<AuditTrail, 'record'>;
  }>;
  settings: Pick<Settings, 'production'>;
  now: () => Date;
}

export interface ClientWish {
  registration: ClientRegistration;
  /** The bytes of a PNG or WebP picture. */
  logo?: Buffer;
}

export type CreateClientOutcome =
  /** The secret is known to nobody from now on but to whoever reads this. */
  | { outcome: 'created'; secret?: string }
  | { outcome: 'taken' }
  | { outcome: 'refused'; faults: Fault[] };

/** The primary key decides: of two simultaneous calls with one id exactly one creates. */
export async function createClient(
  deps: CreateClientDeps,
  { registration, logo: bytes }: ClientWish,
  circumstances: Circumstances,
): Promise<CreateClientOutcome> {
  const read = bytes ? readLogo(bytes) : {};
  const faults = [...registrationFaults(registration, deps.settings), ...(read.faults ?? [])];
  const secret = usesSecret(registration) ? newSecret(deps.now()) : undefined;
  return deps.atomically(async ({ clients, apis, audit }) => {
    faults.push(...(await apiFaults(apis, registration)));
    if (faults.length > 0) return { outcome: 'refused', faults };
    if ((await clients.create(registration)) === 'taken') return { outcome: 'taken' };
    const { id } = registration;
    if (secret) await clients.addSecret(id, secret.stored);
    if (read.logo) await clients.setLogo(id, read.logo);
    await audit.record('client-created', {}, { ...circumstances, clientId: id });
    return { outcome: 'created', ...(secret && { secret: secret.value }) };
  });
}

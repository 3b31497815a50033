import type { Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import type { Fault } from '../clients/fault.ts';
import type { Atomically } from '../transactions/atomically.ts';
import { type KnownClients, introspectorFaults } from './introspector-faults.ts';
import { registrationFaults } from './registration.ts';
import type { ApiRegistration, ApiStore } from './store.ts';

export interface CreateApiDeps {
  atomically: Atomically<{
    apis: Pick<ApiStore, 'create'>;
    clients: KnownClients;
    audit: Pick<AuditTrail, 'record'>;
  }>;
  settings: { ISSUER: string };
}

export type CreateApiOutcome =
  { outcome: 'created' | 'taken' } | { outcome: 'refused'; faults: Fault[] };

export function createApi(
  deps: CreateApiDeps,
  registration: ApiRegistration,
  circumstances: Circumstances,
): Promise<CreateApiOutcome> {
  const faults = registrationFaults(registration, deps.settings.ISSUER);
  return deps.atomically(async ({ apis, clients, audit }) => {
    faults.push(...(await introspectorFaults(clients, registration)));
    if (faults.length > 0) return { outcome: 'refused', faults };
    const outcome = await apis.create(registration);
    const { audience } = registration;
    if (outcome === 'created') await audit.record('api-created', { audience }, circumstances);
    return { outcome };
  });
}

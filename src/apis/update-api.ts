import { isDeepStrictEqual } from 'node:util';
import type { Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import type { Fault } from '../clients/fault.ts';
import type { Atomically } from '../transactions/atomically.ts';
import type { Api } from './api.ts';
import { type KnownClients, introspectorFaults } from './introspector-faults.ts';
import { registrationFaults } from './registration.ts';
import type { ApiRegistration, ApiStore } from './store.ts';

export interface UpdateApiDeps {
  atomically: Atomically<{
    apis: Pick<ApiStore, 'find' | 'replace'>;
    clients: KnownClients;
    audit: Pick<AuditTrail, 'record'>;
  }>;
  settings: { ISSUER: string };
}

export interface ApiChange {
  audience: string;
  /** From what is registered to what shall be. */
  change: (registration: ApiRegistration) => ApiRegistration;
}

export type UpdateApiOutcome =
  | { outcome: 'updated'; fields: string[] }
  | { outcome: 'unchanged' | 'unknown' | 'changed-meanwhile' }
  | { outcome: 'refused'; faults: Fault[] };

export function updateApi(
  deps: UpdateApiDeps,
  { audience, change }: ApiChange,
  circumstances: Circumstances,
): Promise<UpdateApiOutcome> {
  return deps.atomically(async ({ apis, clients, audit }) => {
    const api = await apis.find(audience);
    if (!api) return { outcome: 'unknown' };
    const before = registrationOf(api);
    const after = { ...change(before), audience };
    const faults = [
      ...registrationFaults(after, deps.settings.ISSUER),
      ...(await introspectorFaults(clients, after)),
    ];
    if (faults.length > 0) return { outcome: 'refused', faults };
    const fields = changedFields(before, after);
    if (fields.length === 0) return { outcome: 'unchanged' };
    const outcome = await apis.replace(after, api.updatedAt);
    if (outcome !== 'replaced') return { outcome };
    await audit.record('api-updated', { audience, fields }, circumstances);
    return { outcome: 'updated', fields };
  });
}

function registrationOf({ createdAt: _made, updatedAt: _changed, ...own }: Api): ApiRegistration {
  return own;
}

function changedFields(before: ApiRegistration, after: ApiRegistration): string[] {
  const fields = ['name', 'accessTokenS', 'scopes', 'introspectedBy'] as const;
  return fields.filter((field) => !isDeepStrictEqual(before[field], after[field]));
}

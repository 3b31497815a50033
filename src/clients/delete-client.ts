import type { Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import type { Atomically } from '../transactions/atomically.ts';
import type { ClientStore } from './store.ts';

export interface DeleteClientDeps {
  atomically: Atomically<{
    clients: Pick<ClientStore, 'delete'>;
    audit: Pick<AuditTrail, 'record'>;
  }>;
}

/** Everything that was granted to it ends with it. */
export function deleteClient(
  deps: DeleteClientDeps,
  clientId: string,
  circumstances: Circumstances,
): Promise<'deleted' | 'unknown'> {
  return deps.atomically(async ({ clients, audit }) => {
    if (!(await clients.delete(clientId))) return 'unknown';
    await audit.record('client-deleted', {}, { ...circumstances, clientId });
    return 'deleted';
  });
}

import type { Circumstances } from '../audit/events.ts';
import type { AuditTrail } from '../audit/store.ts';
import type { Atomically } from '../transactions/atomically.ts';
import type { ApiStore } from './store.ts';

export interface DeleteApiDeps {
  atomically: Atomically<{
    apis: Pick<ApiStore, 'delete'>;
    audit: Pick<AuditTrail, 'record'>;
  }>;
}

/** No client may ask for it any more. Tokens that were made for it live on until they expire. */
export function deleteApi(
  deps: DeleteApiDeps,
  audience: string,
  circumstances: Circumstances,
): Promise<'deleted' | 'unknown'> {
  return deps.atomically(async ({ apis, audit }) => {
    if (!(await apis.delete(audience))) return 'unknown';
    await audit.record('api-deleted', { audience }, circumstances);
    return 'deleted';
  });
}

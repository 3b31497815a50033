import type { Watch } from '../watching/watch.ts';
import type { AuditTrail } from './store.ts';

/** The same trail; what is written is seen, without whom it is about. */
export function watchedTrail(trail: AuditTrail, watch: Watch): AuditTrail {
  return {
    async record(name, details, circumstances) {
      await trail.record(name, details, circumstances);
      const why = whyIn(details);
      watch.happened({ event: 'audit', name, ...(why !== undefined && { why }) });
    },
    list: (query) => trail.list(query),
  };
}

/** Words of events.ts, every one. */
function whyIn(details: object): string | undefined {
  const { why, for: cause }: { why?: unknown; for?: unknown } = details;
  const word = why ?? cause;
  return typeof word === 'string' ? word : undefined;
}

import type { Watch } from '../watching/watch.ts';
import type { Limiter } from './limiter.ts';

/** The same limiter; whoever has to wait is seen. */
export function watchedLimiter(limiter: Limiter, watch: Watch): Limiter {
  return {
    async admit(asked) {
      const admission = await limiter.admit(asked);
      if (!admission.admitted) watch.happened({ event: 'must-wait', budget: admission.budget });
      return admission;
    },
  };
}

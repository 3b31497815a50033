import type { Watch } from '../watching/watch.ts';
import type { RefreshTokenStore, RotationOutcome } from './protocol-store.ts';

/** The same store; what becomes of each use of a token is seen. */
export function watchedRefreshTokens(store: RefreshTokenStore, watch: Watch): RefreshTokenStore {
  const tell = (decided: RotationOutcome) => {
    watch.happened({ event: 'rotation', outcome: decided.outcome });
    return decided;
  };
  return {
    find: (id, at) => store.find(id, at),
    rotate: async (rotation) => tell(await store.rotate(rotation)),
    answerAgain: async (id) => tell(await store.answerAgain(id)),
  };
}

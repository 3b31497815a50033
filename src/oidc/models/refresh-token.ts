import { Provider } from 'oidc-provider';
import { digest } from '../../crypto/digest.ts';
import { AlreadyAnswered, unitOfWork } from '../unit-of-work.ts';
import type { Model, ProtocolStorage } from './model.ts';
import { opened, sealed } from './sealed-payload.ts';

/**
 * Refresh tokens are written and consumed with what they are exchanged for. They are never removed before they expire:
 * the grant says whether they live, and a consumed one that comes back is a theft to be seen.
 */
export function refreshToken({ refreshTokens, vitals, now }: ProtocolStorage): Model {
  return {
    async find(id) {
      if (isJwt(id)) return undefined;
      const found = await refreshTokens.find(digest(id), now());
      const payload = found && opened(id, found.payload);
      if (!found || !payload) return undefined;
      vitals.remember(Provider.ctx, found.vitals);
      const unit = unitOfWork(Provider.ctx);
      if (unit) unit.replayable = found.replayable;
      return found.consumed && !unit?.replayable ? { ...payload, consumed: true } : payload;
    },
    async upsert(id, payload, ttlS) {
      const unit = unitOfWork(Provider.ctx);
      if (!unit) throw new Error('a refresh token is made in a unit of work only');
      unit.successor = {
        id: digest(id),
        grantId: String(payload['grantId']),
        payload: sealed(id, payload),
        expiresAt: new Date(now().getTime() + ttlS * 1000),
      };
    },
    async consume(id) {
      const unit = unitOfWork(Provider.ctx);
      if (!unit) throw new Error('a refresh token is exchanged in a unit of work only');
      unit.consumes = digest(id);
      if (unit.replayable) throw new AlreadyAnswered();
    },
    /** Its grant is ended in the same breath, and that is what counts. */
    destroy: async () => {},
  };
}

/** Introspection and revocation try every kind of token: an access token is no id of ours. */
function isJwt(id: string): boolean {
  return id.startsWith('ey') && id.includes('.');
}

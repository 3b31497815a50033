import { Provider, errors } from 'oidc-provider';
import { digest } from '../../crypto/digest.ts';
import { recordAtHand } from '../at-hand.ts';
import type { Payload } from '../protocol-store.ts';
import { unitOfWork } from '../unit-of-work.ts';
import type { Model, ProtocolStorage } from './model.ts';
import { opened, sealed } from './sealed-payload.ts';

/** What lives for minutes and may be lost: an interaction, a pushed request. */
export function shortLived(name: string, { artifacts }: ProtocolStorage): Model {
  return {
    async find(id) {
      const key = digest(id);
      const atHand = recordAtHand(name, key);
      const found = atHand ? atHand.found : await artifacts.find(name, key);
      const payload = found && opened(id, found.payload);
      return payload && { ...payload, ...(found?.consumed && { consumed: true }) };
    },
    upsert: (id, payload, ttlS) => artifacts.put(name, digest(id), sealed(id, payload), ttlS),
    async consume(id) {
      if (await artifacts.consume(name, digest(id))) return;
      throw new errors.InvalidRequestUri('request_uri is invalid, expired, or was already used');
    },
    destroy: (id) => artifacts.remove(name, digest(id)),
  };
}

/** A code is consumed with what it is exchanged for. */
export function authorizationCode(storage: ProtocolStorage): Model {
  const { codeExchanges, vitals, now } = storage;
  const kept = shortLived('AuthorizationCode', storage);
  return {
    ...kept,
    async find(id) {
      const payload = await kept.find?.(id);
      if (!payload) return undefined;
      const found = await codeExchanges.find(digest(id), String(payload['grantId']), now());
      if (found) vitals.remember(Provider.ctx, found.vitals);
      return { ...payload, ...(found?.answered && { consumed: true }) };
    },
    async consume(id) {
      const unit = unitOfWork(Provider.ctx);
      if (!unit) throw new Error('a code is redeemed in a unit of work only');
      unit.consumes = digest(id);
    },
  };
}

/** Insert only: of two proofs with one id the second is refused, however close they come. */
export function replayMark({ artifacts }: ProtocolStorage): Model {
  return {
    find: async (): Promise<Payload | undefined> => undefined,
    async upsert(id, _payload, ttlS) {
      if (await artifacts.putOnce('ReplayDetection', digest(id), Math.max(1, ttlS))) return;
      throw new errors.InvalidRequest('already used');
    },
  };
}

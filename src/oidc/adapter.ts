import { type Adapter, type AdapterFactory, Provider } from 'oidc-provider';
import { digest } from '../crypto/digest.ts';
import { grantModel, revokeGrant } from './models/grant.ts';
import type { Model, ProtocolStorage } from './models/model.ts';
import { refreshToken } from './models/refresh-token.ts';
import { session } from './models/session.ts';
import { authorizationCode, replayMark, shortLived } from './models/short-lived.ts';

export type { ProtocolStorage } from './models/model.ts';

/**
 * Which record of the library lives where. Short-lived ones in the artifact store (Redis, or PostgreSQL), under keys
 * derived from their ids; what decides whether something lives, in PostgreSQL; access tokens nowhere, they are signed.
 */
const MODELS: Record<string, (storage: ProtocolStorage) => Model> = {
  Session: session,
  Interaction: (storage) => shortLived('Interaction', storage),
  PushedAuthorizationRequest: (storage) => shortLived('PushedAuthorizationRequest', storage),
  AuthorizationCode: authorizationCode,
  ReplayDetection: replayMark,
  RefreshToken: refreshToken,
  Grant: grantModel,
  AccessToken: () => signed,
  ClientCredentials: clientCredentials,
  // Clients are found by client-cache.ts.
  Client: () => signed,
};

/** No record: revoking one ends its grant. */
const signed: Model = {
  find: async () => undefined,
  destroy: async () => {},
};

/** No grant to end: the token itself is put on a list until it expires. */
function clientCredentials({ revokedTokens, now }: ProtocolStorage): Model {
  return {
    ...signed,
    async destroy(jti) {
      const exp = Provider.ctx?.oidc.entities.ClientCredentials?.exp;
      const until = exp === undefined ? now().getTime() : exp * 1000;
      await revokedTokens.revoke(digest(jti), new Date(until));
    },
  };
}

export function createAdapter(storage: ProtocolStorage): AdapterFactory {
  return (name) => {
    const model = MODELS[name]?.(storage) ?? {};
    const refuse = () => Promise.reject(new Error(`${name} is not kept like this`));
    const adapter: Adapter = {
      find: async (id) => model.find?.(id) ?? refuse(),
      findByUid: async (uid) => model.findByUid?.(uid) ?? refuse(),
      findByUserCode: refuse,
      upsert: async (id, payload, ttlS = 0) => model.upsert?.(id, { ...payload }, ttlS) ?? refuse(),
      consume: async (id) => model.consume?.(id) ?? refuse(),
      destroy: async (id) => model.destroy?.(id) ?? refuse(),
      revokeByGrantId: (id) => revokeGrant(storage, id),
    };
    return adapter;
  };
}

import type { Provider } from 'oidc-provider';
import { digest } from '../crypto/digest.ts';
import type { ProtocolStorage } from './models/model.ts';

/**
 * The library looks for the mark of a proof and then writes it: two that come together both pass. Here the write decides
 * (RFC 9449 11.1). Answered false, the library refuses with the error that fits the endpoint.
 */
export function markReplaysOnce(provider: Provider, { artifacts }: ProtocolStorage): void {
  Object.assign(provider.ReplayDetection, {
    unique(issuer: string, jti: string, exp: number): Promise<boolean> {
      const ttlS = Math.max(1, exp - Math.floor(Date.now() / 1000));
      return artifacts.putOnce('ReplayDetection', digest(JSON.stringify([issuer, jti])), ttlS);
    },
  });
}

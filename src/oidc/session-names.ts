import type { Client as LibraryClient, Provider, Session } from 'oidc-provider';
import { digest } from '../crypto/digest.ts';
import { sidOf } from '../sessions/sid.ts';
import { registrationOf } from './client-cache.ts';

/**
 * ID tokens name their session to the clients that are told of its end, by the name that logout tokens will have. The
 * library would tell clients itself, while the person waits; that feature of it stays off (logout-notices/).
 */
export function installSessionNames({ Session, Client }: Provider): void {
  Session.prototype.ensureClientContainer = function (this: Session, clientId: string) {
    const sid = sidOf(digest(this.uid), clientId);
    if (this.sidFor(clientId) !== sid) this.sidFor(clientId, sid);
  };
  Client.prototype.includeSid = function (this: LibraryClient) {
    return registrationOf(this).backchannelLogoutUri !== undefined;
  };
}

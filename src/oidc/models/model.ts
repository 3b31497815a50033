import type { AuditTrail } from '../../audit/store.ts';
import type { PostingPorts } from '../../mail/post-mail.ts';
import type { GrantStore, SessionStore } from '../../sessions/store.ts';
import type { Atomically } from '../../transactions/atomically.ts';
import type {
  ArtifactStore,
  CodeExchangeStore,
  Payload,
  RefreshTokenStore,
  RevokedTokenStore,
} from '../protocol-store.ts';
import type { RequestVitals } from '../request-vitals.ts';

/** Where the library's records go. */
export interface ProtocolStorage {
  artifacts: ArtifactStore;
  codeExchanges: CodeExchangeStore;
  refreshTokens: RefreshTokenStore;
  revokedTokens: Pick<RevokedTokenStore, 'revoke'>;
  vitals: RequestVitals;
  atomically: Atomically<
    PostingPorts & {
      sessions: Pick<SessionStore, 'end'>;
      grants: Pick<GrantStore, 'revoke'>;
      audit: Pick<AuditTrail, 'record'>;
    }
  >;
  now: () => Date;
}

/** What one kind of record can do. Whatever is missing, the library must never ask for. */
export interface Model {
  find?(id: string): Promise<Payload | undefined>;
  findByUid?(uid: string): Promise<Payload | undefined>;
  upsert?(id: string, payload: Payload, ttlS: number): Promise<void>;
  consume?(id: string): Promise<void>;
  destroy?(id: string): Promise<void>;
}

import type { Grant as LibraryGrant, KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Api } from '../apis/api.ts';
import type { ApiStore } from '../apis/store.ts';
import type { ChangeFeed } from '../changes/change-feed.ts';
import type { ClientStore } from '../clients/store.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { Limiter } from '../limits/limiter.ts';
import type { ConsentStore, GrantStore } from '../sessions/store.ts';
import type { Settings } from '../settings/settings.ts';
import type { Watch } from '../watching/watch.ts';
import { admitStructuredTokens, installAccessTokens } from './access-tokens.ts';
import type { ProtocolStorage } from './adapter.ts';
import { installClientCache } from './client-cache.ts';
import { type Parts, configuration } from './configuration.ts';
import { type ErrorOut, installErrors } from './errors.ts';
import { installEvents } from './events.ts';
import type { BegunInteraction } from './first-step.ts';
import { followingCache } from './following-cache.ts';
import { installHints } from './id-token-hint.ts';
import type { RevokedTokenStore } from './protocol-store.ts';
import { installPushedRequestLife } from './pushed-requests.ts';
import { markReplaysOnce } from './replay-marks.ts';
import { installResponseModes } from './response-modes.ts';
import { installSessionNames } from './session-names.ts';
import { withSteadyContexts } from './steady-context.ts';
import { transactionalProvider } from './token-transaction.ts';

export interface ProviderDeps {
  settings: Settings;
  now: () => Date;
  ring: KeyRing;
  cookieKeys: string[];
  storage: ProtocolStorage;
  clients: Pick<ClientStore, 'find'>;
  apis: Pick<ApiStore, 'find'>;
  grants: Pick<GrantStore, 'obtain'>;
  consents: Pick<ConsentStore, 'find'>;
  revokedTokens: Pick<RevokedTokenStore, 'isRevoked'>;
  changes: ChangeFeed;
  limiter: Limiter;
  interactionUrl: (ctx: KoaContextWithOIDC, interaction: BegunInteraction) => Promise<string>;
  pages: ProtocolPages;
  watch?: Watch | undefined;
}

/** Pages that the library asks for in the middle of its own answers; how they look is not known here. */
export interface ProtocolPages {
  error(ctx: KoaContextWithOIDC, out: ErrorOut, error: Error): void | Promise<void>;
  /** `form` posts to the library; its submit button must be named `logout` with the value `yes`. */
  signOut(ctx: KoaContextWithOIDC, form: string): void | Promise<void>;
  signedOut(ctx: KoaContextWithOIDC): void | Promise<void>;
}

const KEPT_APIS = 1_000;

/**
 * The protocol: the library, with what it leaves to others put in its seams. Owns which seams those are, and that
 * they are there; refuses to know how anything is stored, signed or shown.
 */
export function createProvider(deps: ProviderDeps): Provider {
  admitStructuredTokens();
  const issuer = deps.settings.ISSUER;
  const apis = followingCache<Api>({
    kind: 'api',
    limit: KEPT_APIS,
    limitUnknown: KEPT_APIS,
    changes: deps.changes,
    load: (audience) => deps.apis.find(audience),
  });
  const parts: Parts = {
    apis,
    newGrant(properties) {
      const Grant: new (properties: object) => LibraryGrant = Object(provider.Grant);
      return new Grant(properties);
    },
  };
  const TransactionalProvider = transactionalProvider(deps.storage);
  const provider: Provider = withSteadyContexts(
    () => new TransactionalProvider(issuer, configuration(deps, parts)),
  );
  // Forwarded headers are the server's own writing by the time a request gets here.
  provider.proxy = true;
  provider.OIDCContext.prototype.urlFor = (name, options) => provider.urlFor(name, options);
  installClientCache(provider, { ...deps, issuer, atomically: deps.storage.atomically });
  installAccessTokens(provider, { ...deps, issuer });
  markReplaysOnce(provider, deps.storage);
  installPushedRequestLife(provider, deps.settings.GATEHOUSE_TTL_PUSHED_REQUEST);
  installResponseModes(provider);
  installSessionNames(provider);
  installHints(provider, deps.ring);
  installErrors(provider);
  installEvents(provider, deps.watch);
  return provider;
}

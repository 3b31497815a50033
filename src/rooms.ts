import { join } from 'node:path';
import type { Middleware } from 'koa';
import { Router } from '@koa/router';
import type { Rooms } from './app.ts';
import { branded } from './brand/branded-files.ts';
import type { ChangeFeed } from './changes/change-feed.ts';
import { logoRoutes } from './clients/logo-routes.ts';
import { consentRoutes } from './consent/routes.ts';
import { continueAsRoutes } from './continue-as/routes.ts';
import { linkRoutes } from './email-verification/link-routes.ts';
import { emailVerificationRoutes } from './email-verification/routes.ts';
import { homeRoutes } from './home/routes.ts';
import { type ErrorPage } from './http/error-pages.ts';
import { errorPage } from './http/error-page.ts';
import { limitInFlight } from './http/in-flight.ts';
import { boundsWithin } from './http/limits.ts';
import { type Render, pugRenderer } from './http/render.ts';
import { sameOrigin } from './http/same-origin.ts';
import { filesIn, staticFiles } from './http/static-files.ts';
import type { KeyRing } from './keys/key-ring.ts';
import { budgetsWith } from './limits/budgets.ts';
import type { Counters } from './limits/counters.ts';
import { type Limiter, openLimiter } from './limits/limiter.ts';
import { type Lines, openLines, triesAtOnce } from './limits/lines.ts';
import { watchedLimiter } from './limits/watched-limiter.ts';
import { pageLocals } from './language/page-locals.ts';
import { languageRoutes } from './language/routes.ts';
import { documents } from './oidc/documents.ts';
import { noteFirstStep } from './oidc/first-step.ts';
import { interactionRoutes } from './oidc/interaction-routes.ts';
import { type Interactions, openInteractions } from './oidc/interaction.ts';
import { openProgress } from './oidc/kept-progress.ts';
import { openRequests } from './oidc/kept-requests.ts';
import { protocol } from './oidc/middleware.ts';
import { protocolPages } from './oidc/pages.ts';
import { postingPage } from './oidc/posting-page.ts';
import type {
  ArtifactStore,
  CodeExchangeStore,
  RefreshTokenStore,
  RevokedTokenStore,
  VitalsStore,
} from './oidc/protocol-store.ts';
import { createProvider } from './oidc/provider.ts';
import { requestVitals } from './oidc/request-vitals.ts';
import { hashesAtOnce } from './passwords/argon2-hasher.ts';
import { watchedRefreshTokens } from './oidc/watched-refresh-tokens.ts';
import { passwordExpiryRoutes } from './password-expiry/routes.ts';
import { passwordResetRoutes } from './password-reset/routes.ts';
import { resetCodeRoutes } from './password-reset/code-routes.ts';
import { resetLinkRoutes } from './password-reset/link-routes.ts';
import { newPasswordRoutes } from './password-reset/new-password-routes.ts';
import { signInRoutes } from './sign-in/routes.ts';
import { signUpRoutes } from './sign-up/routes.ts';
import { signOutPages } from './sign-out/pages.ts';
import type { Settings } from './settings/settings.ts';
import type { House } from './furnish.ts';

/** What the rooms need beside the house itself. */
export interface Furniture {
  ring: KeyRing;
  changes: ChangeFeed;
  counters: Counters;
  artifacts: ArtifactStore;
  codeExchanges: CodeExchangeStore;
  refreshTokens: RefreshTokenStore;
  revokedTokens: RevokedTokenStore;
  vitals: VitalsStore;
}

const STATIC = join(import.meta.dirname, '../views/static');

/** The protocol and the pages, put together: everything that lies behind the entrance. */
export async function furnishRooms(
  house: House,
  furniture: Furniture,
): Promise<{ rooms: Rooms; errorPage: ErrorPage }> {
  const { settings, brand, keys, now } = house;
  const { ring, artifacts } = furniture;
  const issuer = settings.ISSUER;
  const development = !settings.production;
  const files = staticFiles(branded(filesIn(STATIC), brand));
  const fileUrl = (name: string) => files.urlOf(name);
  const render = pugRenderer(pageLocals({ ...house, fileUrl }));
  const showError = errorPage(render);
  const requests = openRequests({ artifacts, now });
  const budgets = budgetsWith(settings.GATEHOUSE_BUDGETS);
  const opened = openLimiter({ ...furniture, budgets, key: keys.counterKey, now });
  const limiter = house.watch ? watchedLimiter(opened, house.watch) : opened;
  const lines = openLines(triesAtOnce(budgets));
  const refreshTokens = house.watch
    ? watchedRefreshTokens(furniture.refreshTokens, house.watch)
    : furniture.refreshTokens;
  const provider = createProvider({
    ...house,
    ...furniture,
    cookieKeys: keys.cookieKeys,
    limiter,
    storage: {
      ...house,
      ...furniture,
      refreshTokens,
      vitals: requestVitals({ ...house, vitals: furniture.vitals }),
    },
    async interactionUrl(ctx, interaction) {
      const progress = await openProgress({ ...house, artifacts }).takeUp(ctx, interaction);
      noteFirstStep(ctx, interaction, progress);
      return requests.keep(ctx, interaction);
    },
    pages: protocolPages({
      wayOut: signOutPages({ ...house, render }),
      showError,
      requests,
      development,
    }),
  });
  const interactions = openInteractions({ ...house, provider, artifacts });
  const ready = documents(ring, settings.GATEHOUSE_TTL_JWKS);
  const page = { ...house, issuer, interactions, render, development, limiter, lines, artifacts };
  return {
    errorPage: showError,
    rooms: {
      cookieKeys: keys.cookieKeys,
      encryption: keys.encryption,
      documents: ready.serve,
      readyAt: (path) => ready.readyAt(path),
      inFlight: limitInFlight(boundsWithin(meansOf(settings))),
      pages: [files.serve, postingPage(render), fromOurPages(issuer, ...(await routersOf(page)))],
      provider: protocol(provider, { ring }),
    },
  };
}

const meansOf = (settings: Settings) => ({
  memoryMb: settings.GATEHOUSE_MEMORY,
  pool: settings.DATABASE_POOL,
  hashes: hashesAtOnce(settings.GATEHOUSE_WORKERS),
});

/** What the pages are made of. */
interface Page extends House {
  issuer: string;
  interactions: Interactions;
  render: Render;
  development: boolean;
  limiter: Limiter;
  lines: Lines;
  artifacts: ArtifactStore;
}

async function routersOf(page: Page): Promise<Router[]> {
  return [
    homeRoutes(page),
    languageRoutes(page),
    logoRoutes(page),
    signInRoutes(page),
    passwordResetRoutes(page),
    resetCodeRoutes(page),
    newPasswordRoutes(page),
    resetLinkRoutes(page),
    passwordExpiryRoutes(page),
    signUpRoutes(page),
    emailVerificationRoutes(page),
    linkRoutes(page),
    consentRoutes(page),
    continueAsRoutes(page),
    interactionRoutes(page),
    ...(page.development ? await developmentRoutesOf(page) : []),
  ];
}

/** With a relying party of its own, which production need not keep in memory. */
async function developmentRoutesOf(page: Page): Promise<Router[]> {
  const { developmentRoutes } = await import('./development/routes.ts');
  return developmentRoutes(page);
}

/** Whatever changes anything here was posted from a page of ours. */
function fromOurPages(issuer: string, ...routers: Router[]): Middleware {
  const all = new Router();
  all.use(sameOrigin(issuer));
  for (const router of routers) all.use(router.routes());
  // A router adds to the context what it needs itself.
  return Object(all.routes());
}

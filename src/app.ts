import Koa, { type Middleware } from 'koa';
import type { Encryption } from './crypto/encryption.ts';
import { echo } from './doctor/echo.ts';
import type { Notices } from './doctor/notices.ts';
import { openTraffic } from './doctor/traffic.ts';
import { type Health, healthRoutes } from './health/health.ts';
import { accessLog } from './http/access-log.ts';
import { CannotGoOn } from './http/cannot-go-on.ts';
import { clientAddress } from './http/client-address.ts';
import { type ErrorPage, errorPages } from './http/error-pages.ts';
import { type InFlight, PROGRAMS, classOf } from './http/in-flight.ts';
import { withinLimits } from './http/limits.ts';
import { type ReadyAnswer, readyAnswers } from './http/ready-answers.ts';
import { publicTexts } from './http/public-texts.ts';
import { requestId } from './http/request-id.ts';
import { securityHeaders } from './http/security-headers.ts';
import type { Answer } from './http/server.ts';
import { trustedHost } from './http/trusted-host.ts';
import { watchedRequests } from './http/watched-requests.ts';
import type { Logger } from './logging/logger.ts';
import type { Settings } from './settings/settings.ts';
import type { Watch } from './watching/watch.ts';

/** What every request passes, whether the house is open or not. */
export interface Entrance {
  settings: Settings;
  log: Logger;
  /** Told what is odd about the way that requests came. */
  notices: Notices;
  health: Health;
  errorPage: ErrorPage;
  now: () => Date;
  watch?: Watch | undefined;
}

/** What lies behind the entrance, in this order. */
export interface Rooms {
  cookieKeys: string[];
  /** Seals what the doctor is answered. */
  encryption: Encryption;
  /** /jwks and discovery. */
  documents: Middleware;
  /** The same, ready to send. */
  readyAt(path: string): ReadyAnswer | undefined;
  /** How many of what comes after are worked on at once. */
  inFlight: InFlight;
  /** Our own pages; their forms are posted from our own pages alone. */
  pages: Middleware[];
  /** The protocol. It is last, and what it does not know is nowhere. */
  provider: Middleware;
}

/** A request is a list you can read. Without rooms every door but health is shut for the moment. */
export function openApp(entrance: Entrance, rooms?: Rooms): { callback(): Answer } {
  const app = openKoa(entrance, rooms);
  const { settings } = entrance;
  const { ISSUER: issuer, GATEHOUSE_TRUSTED_PROXIES: trusted = [] } = settings;
  return {
    callback() {
      const answer = app.callback();
      if (!rooms) return answer;
      return readyAnswers({ ...entrance, issuer, trusted }, (path) => rooms.readyAt(path), answer);
    },
  };
}

function openKoa(entrance: Entrance, rooms?: Rooms): Koa {
  const { settings, log, notices, now } = entrance;
  const { ISSUER: issuer, production } = settings;
  const https = issuer.startsWith('https:');
  const trusted = settings.GATEHOUSE_TRUSTED_PROXIES ?? [];
  const traffic = openTraffic({ issuer, trusted, notices });
  // The forwarded headers that Koa then reads are our own (http/client-address.ts).
  const app = new Koa({ proxy: true, ...(rooms && { keys: rooms.cookieKeys }) });
  app.on('error', (error) => log.error({ err: error }, 'an answer could not be sent'));

  if (entrance.watch) app.use(watchedRequests(entrance.watch));
  app.use(requestId(log));
  app.use(traffic.see);
  app.use(clientAddress({ trusted, protocol: https ? 'https' : 'http' }));
  app.use(accessLog(log));
  app.use(securityHeaders({ https }));
  app.use(errorPages(entrance.errorPage));
  app.use(healthRoutes(entrance.health));
  if (rooms) app.use(echo({ ...rooms, traffic, issuer, now }));
  app.use(trustedHost({ issuer, development: !production }));
  app.use(withinLimits);
  if (!rooms) {
    app.use(shutForNow);
    return app;
  }
  app.use(publicTexts({ issuer, now }));
  app.use(rooms.documents);
  app.use(rooms.inFlight.admit);
  app.use(forPrograms(rooms.provider));
  for (const page of rooms.pages) app.use(page);
  app.use(rooms.provider);
  return app;
}

/** Where only programs come: none of our pages is on their way. */
function forPrograms(provider: Middleware): Middleware {
  return (ctx, next) => (PROGRAMS.has(classOf(ctx)) ? provider(ctx, next) : next());
}

const shutForNow: Middleware = () => {
  throw new CannotGoOn(503, 'starting', { 'Retry-After': '1' });
};

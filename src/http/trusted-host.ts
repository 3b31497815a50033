import type { Middleware } from 'koa';
import { CannotGoOn } from './cannot-go-on.ts';

/**
 * Lets in only what was sent to the issuer. The request's own idea of where it went would otherwise find its way
 * into links and redirects (a target in absolute form makes Koa's URL evil although the Host is right).
 */
export function trustedHost(options: { issuer: string; development: boolean }): Middleware {
  const issuer = new URL(options.issuer);
  const names = new Set([issuer.host, `${issuer.hostname}:${portOf(issuer)}`]);
  const neighbours = options.development ? loopbackNeighbours(issuer) : new Set<string>();
  return (ctx, next) => {
    const target = ctx.req.url ?? '';
    if (!isPath(target) || hostHeaders(ctx.req.rawHeaders) > 1) {
      // Pages offer the way back to where they are: never to there.
      ctx.originalUrl = '/';
      throw new CannotGoOn(400, 'malformed');
    }
    const host = ctx.req.headers.host?.toLowerCase() ?? '';
    if (names.has(host)) return next();
    const reading = ctx.method === 'GET' || ctx.method === 'HEAD';
    if (!reading || !neighbours.has(host)) throw new CannotGoOn(421, 'misdirected');
    ctx.status = 302;
    ctx.redirect(`${issuer.origin}${target}`);
    return undefined;
  };
}

/** `//evil` and `/\evil` are paths to Node, and other hosts to a browser that is sent there. */
function isPath(target: string): boolean {
  return /^\/(?![/\\])/.test(target);
}

/** Node keeps the first of several and says nothing. */
export function hostHeaders(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  return count;
}

/** Other names of this machine, when the issuer is on it: a cookie set on one would not be sent to the other. */
function loopbackNeighbours(issuer: URL): Set<string> {
  const names = ['localhost', '127.0.0.1', '[::1]'];
  return new Set(
    names.includes(issuer.hostname) ? names.map((name) => `${name}:${portOf(issuer)}`) : [],
  );
}

function portOf(url: URL): string {
  return url.port || (url.protocol === 'https:' ? '443' : '80');
}

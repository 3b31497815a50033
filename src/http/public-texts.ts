import type { Middleware } from 'koa';

const DAY_MS = 86_400_000;

/** Texts for robots, and for those who found a hole (RFC 9116). */
export function publicTexts(options: { issuer: string; now: () => Date }): Middleware {
  return (ctx, next) => {
    const text = ctx.method === 'GET' || ctx.method === 'HEAD' ? TEXTS[ctx.path] : undefined;
    if (!text) return next();
    ctx.state['route'] = ctx.path;
    ctx.type = 'text/plain; charset=utf-8';
    ctx.body = text(options.issuer, options.now());
    return undefined;
  };
}

const TEXTS: Record<string, (issuer: string, now: Date) => string> = {
  '/robots.txt': () => 'User-agent: *\nDisallow: /\n',
  '/.well-known/security.txt': (issuer, now) =>
    [
      `Contact: ${issuer}/`,
      `Expires: ${new Date(now.getTime() + 180 * DAY_MS).toISOString()}`,
      'Preferred-Languages: en, fr, ru',
      `Canonical: ${issuer}/.well-known/security.txt`,
      '',
    ].join('\n'),
};

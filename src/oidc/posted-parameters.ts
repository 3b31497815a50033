import type { Context, Middleware } from 'koa';

const BY_POST = new Set(['/token', '/token/introspection', '/token/revocation', '/request']);

/**
 * Where programs post their parameters. A secret in an address ends in logs, two places for one parameter are one too
 * many (RFC 6749 2.3.1), and letters that we do not read cannot be guessed.
 */
export const postedParameters: Middleware = async (ctx, next) => {
  const fault = ctx.method === 'POST' && BY_POST.has(ctx.path) ? faultOf(ctx) : undefined;
  if (!fault) {
    await next();
    return;
  }
  ctx.status = 400;
  ctx.body = { error: 'invalid_request', error_description: fault };
};

function faultOf(ctx: Context): string | undefined {
  if (ctx.querystring) return 'parameters must be sent in the body alone';
  const { charset } = ctx.request;
  return charset && !/^(utf-?8|us-ascii)$/i.test(charset) ? 'the body must be in UTF-8' : undefined;
}

import type { Context } from 'koa';

/** What a browser keeps for us and no script reads: a secret of its own, worth what a store says of it, so not signed. */
export interface OwnCookie {
  get(ctx: Context): string | undefined;
  /** For so long, or until it is forgotten; for one path, or for the whole house. */
  set(ctx: Context, value: string, expires: Date, path?: string): void;
  forget(ctx: Context): void;
}

/** On https its prefix keeps it from being planted by a neighbouring host; `__Host-` goes with the whole house alone. */
export function ownCookie(name: string, prefix: '__Host-' | '__Secure-' = '__Host-'): OwnCookie {
  const nameOf = (ctx: Context) => `${ctx.secure ? prefix : ''}${name}`;
  const set = (ctx: Context, value: string, expires: Date, path = '/') => {
    ctx.cookies.set(nameOf(ctx), value, {
      expires,
      httpOnly: true,
      sameSite: 'lax',
      secure: ctx.secure,
      path,
      overwrite: true,
      signed: false,
    });
  };
  return {
    get: (ctx) => ctx.cookies.get(nameOf(ctx), { signed: false }) || undefined,
    set,
    forget: (ctx) => set(ctx, '', new Date(0)),
  };
}

/**
 * Something that each request has of its own, made when it is first asked for and gone with the request. It stands on the
 * request itself: the engine keeps what a WeakMap holds until the next great collection of garbage.
 */
export function perRequest<T>(make: () => T): (ctx: object) => T {
  const key = Symbol('of this request');
  return (ctx) => {
    const on: { [key]?: T } = ctx;
    return (on[key] ??= make());
  };
}

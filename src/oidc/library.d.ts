/** The library's own lists of steps: the only private parts of it that we touch (access-tokens.ts). */
declare module 'oidc-provider/lib/actions/introspection.js' {
  const steps: unknown[];
  export default steps;
}

declare module 'oidc-provider/lib/actions/revocation.js' {
  const steps: unknown[];
  export default steps;
}

declare module 'oidc-provider/lib/shared/reject_structured_tokens.js' {
  const step: unknown;
  export default step;
}

/** Where its routes begin (steady-context.ts). */
declare module 'oidc-provider/lib/helpers/router.js' {
  import type { KoaContextWithOIDC } from 'oidc-provider';
  export type Step = (ctx: KoaContextWithOIDC, next: () => Promise<void>) => Promise<void>;
  export type Register = (this: Router, name: string, path: string, ...steps: Step[]) => Router;
  export default class Router {
    get: Register;
    post: Register;
    options: Register;
  }
}

declare module 'oidc-provider/lib/helpers/als.js' {
  import type { AsyncLocalStorage } from 'node:async_hooks';
  const requests: AsyncLocalStorage<object>;
  export default requests;
}

/** The list of addresses that it fetches nothing from (special-use.ts). */
declare module 'oidc-provider/lib/helpers/fetch_request.js' {
  export function isSpecialUseIP(address: string): boolean;
}

import als from 'oidc-provider/lib/helpers/als.js';
import Router, { type Register, type Step } from 'oidc-provider/lib/helpers/router.js';
import type { Provider } from 'oidc-provider';

/**
 * Makes a provider whose requests are all of one shape. The library gives each a getter of its own for `ctx.oidc`: the
 * engine then looks up every property of the request the slow way, and holds on to all of it until the next great
 * collection of garbage, because it keeps getters among what is old. A plain property has neither cost.
 */
export function withSteadyContexts(make: () => Provider): Provider {
  const { get, post, options } = Router.prototype;
  const opened: { provider?: Provider } = {};
  let routes = 0;
  const enter: Step = (ctx, next) => {
    const { provider } = opened;
    if (!provider) throw new Error('no request comes while the provider is being made');
    Object.assign(ctx, { oidc: new provider.OIDCContext(ctx) });
    return als.run(ctx, next);
  };
  const steadily = (register: Register): Register =>
    function steady(name, path, first, ...steps) {
      if (first?.name !== 'ensureOIDC') throw changed();
      routes += 1;
      return register.call(this, name, path, enter, ...steps);
    };
  Object.assign(Router.prototype, {
    get: steadily(get),
    post: steadily(post),
    options: steadily(options),
  });
  try {
    opened.provider = make();
    if (routes === 0) throw changed();
    return opened.provider;
  } finally {
    Object.assign(Router.prototype, { get, post, options });
  }
}

const changed = () =>
  new Error('oidc-provider has changed: the step that makes ctx.oidc is not found');

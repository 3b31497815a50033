import type { Provider, PushedAuthorizationRequest } from 'oidc-provider';

/** The library lets a pushed request live for a minute; the setting may make that shorter. */
export function installPushedRequestLife(provider: Provider, seconds: number): void {
  const { prototype } = provider.PushedAuthorizationRequest;
  const inherited: PushedAuthorizationRequest = Object.getPrototypeOf(prototype);
  prototype.save = function save(ttl = seconds) {
    return inherited.save.call(this, Math.min(ttl, seconds));
  };
  provider.on('pushed_authorization_request.success', (ctx) => {
    const body: { expires_in?: number } = Object(ctx.body);
    if (body.expires_in) body.expires_in = Math.min(body.expires_in, seconds);
  });
}

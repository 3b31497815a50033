import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Circumstances } from '../audit/events.ts';

/** Who asks the protocol for something, and from where, as far as it is known by now. */
export function circumstances(ctx: KoaContextWithOIDC): Circumstances {
  const { client, account } = ctx.oidc;
  const userAgent = ctx.get('User-Agent');
  return {
    actor: 'client',
    requestId: ctx.state.requestId,
    ip: ctx.ip,
    ...(client && { clientId: client.clientId }),
    ...(account && { accountId: account.accountId }),
    ...(userAgent && { userAgent }),
  };
}

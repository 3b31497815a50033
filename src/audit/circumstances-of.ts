import type { Context } from 'koa';
import type { Circumstances } from './events.ts';

/** Longer ones tell no more, and anybody may send them. */
const USER_AGENT_LENGTH = 300;

/** A person in front of a page of ours. */
export function circumstancesOf(
  ctx: Context,
  known: { accountId?: string; clientId?: string } = {},
): Circumstances {
  const userAgent = ctx.get('User-Agent').slice(0, USER_AGENT_LENGTH);
  return {
    actor: 'person',
    requestId: ctx.state.requestId,
    ip: ctx.ip,
    ...(userAgent && { userAgent }),
    ...known,
  };
}

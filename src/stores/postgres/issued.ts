import { cleanText } from '../../audit/clean-details.ts';
import type { Issued, NewRefreshToken } from '../../oidc/protocol-store.ts';

/** The columns of the event `tokens-issued`, in the order of `eventOf`. */
export const EVENT_COLUMNS = `name, actor, account_id, client_id, ip, user_agent, request_id, details`;

/** From the nth parameter on. */
export const eventFrom = (nth: number) =>
  `'tokens-issued', ${typed(nth, 'text', 'uuid', 'text', 'text', 'text', 'text', 'jsonb')}`;

export function eventOf({ grantType, circumstances }: Issued): unknown[] {
  const { actor, accountId, clientId, ip, userAgent, requestId } = circumstances;
  const texts = [clientId, ip, userAgent, requestId].map((text) => text && cleanText(text));
  return [actor, accountId, ...texts, JSON.stringify({ grantType })];
}

/** The columns of a refresh token, in the order of `tokenOf`. */
export const TOKEN_COLUMNS = `id, grant_id, payload, expires_at`;

export const tokenFrom = (nth: number) => typed(nth, 'text', 'text', 'jsonb', 'timestamptz');

export function tokenOf({ id, grantId, payload, expiresAt }: NewRefreshToken): unknown[] {
  return [id, grantId, JSON.stringify(payload), expiresAt];
}

function typed(first: number, ...types: string[]): string {
  return types.map((type, index) => `$${first + index}::${type}`).join(', ');
}

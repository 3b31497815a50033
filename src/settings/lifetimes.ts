import { z } from 'zod';

/** The longest that an API may let its access tokens live, in seconds: the keys that sign them are kept as long. */
export const LONGEST_API_TOKEN_S = 86_400;

/** How long things live, in seconds. One variable a lifetime. */
export const lifetimes = {
  GATEHOUSE_TTL_ACCESS_TOKEN: seconds(
    15 * 60,
    'An access token, where its API does not say otherwise.',
  ),
  GATEHOUSE_TTL_ID_TOKEN: seconds(60 * 60, 'An ID token.'),
  GATEHOUSE_TTL_CODE: seconds(60, 'An authorization code.'),
  GATEHOUSE_TTL_PUSHED_REQUEST: seconds(60, 'A pushed authorization request.'),
  GATEHOUSE_TTL_INTERACTION: seconds(
    60 * 60,
    'One visit to the sign-in pages, from its first page to its last.',
  ),
  GATEHOUSE_TTL_REFRESH_TOKEN: seconds(14 * 86_400, 'A refresh token since its last use.'),
  GATEHOUSE_TTL_REFRESH_TOKEN_ABSOLUTE: seconds(
    90 * 86_400,
    'A line of refresh tokens since its first.',
  ),
  GATEHOUSE_TTL_SESSION: seconds(12 * 3600, 'A session since its last use.'),
  GATEHOUSE_TTL_SESSION_REMEMBERED: seconds(30 * 86_400, 'The same with "keep me signed in".'),
  GATEHOUSE_TTL_SESSION_ABSOLUTE: seconds(90 * 86_400, 'A session since its start.'),
  GATEHOUSE_TTL_JWKS: seconds(10 * 60, 'How long applications may keep /jwks.'),
  GATEHOUSE_TTL_AUDIT: seconds(400 * 86_400, 'An event of the audit trail.'),
  GATEHOUSE_TTL_SIGNING_KEY: seconds(
    90 * 86_400,
    'How long one key signs before the next takes over.',
  ),
};

function seconds(value: number, purpose: string) {
  return z.coerce.number().int().min(1).default(value).describe(`${purpose} In seconds.`);
}

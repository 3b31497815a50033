import { z } from 'zod';

const DAY_S = 86_400;

/** What passwords are held to beyond their length. */
export const passwordSettings = {
  GATEHOUSE_BREACHED_PASSWORDS: z
    .string()
    .refine(isHttps, 'must be an https:// address (http:// on this machine), without a query')
    .optional()
    .describe(
      'Refuse stolen passwords: a range service such as https://api.pwnedpasswords.com/range, which is told five characters of a SHA-1 and never the password. Asked for a second at most.',
    ),
  GATEHOUSE_PASSWORD_EXPIRY: z.coerce
    .number()
    .int()
    .min(DAY_S)
    .optional()
    .describe(
      'How old a password may grow before its owner has to choose another one, in seconds. Without it passwords do not expire.',
    ),
};

function isHttps(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || url.search || url.hash || url.username || url.password) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { readColour } from '../brand/colour.ts';
import { type Picture, readPicture } from '../pictures/picture.ts';

/** Whose name, mark and colour pages and mails carry. */
export const brandSettings = {
  GATEHOUSE_BRAND_NAME: z
    .string()
    .max(40, 'must not be longer than 40 characters')
    .regex(/^[^\p{C}\p{Zl}\p{Zp}<>]+$/u, 'must be one line of plain text')
    .default('Gatehouse')
    .describe('The name on every page and mail.'),
  GATEHOUSE_BRAND_LOGO: picture()
    .optional()
    .describe(
      'The path of a small square picture, PNG or WebP, up to 5 KB and 512 pixels, shown beside the name. Without it there is a gate.',
    ),
  GATEHOUSE_BRAND_ACCENT: z
    .string()
    .refine(
      (text) => readColour(text) !== undefined,
      'must be one colour without transparency: #3c54b4, rgb(60 84 180), hsl(228 50% 47%) or oklch(48% 0.14 270)',
    )
    .default('#3c54b4')
    .describe(
      'The colour of buttons, links and marks. What else follows from it (its dark twin, text on it) is made so that it can be read.',
    ),
  GATEHOUSE_BRAND_TERMS_URL: page('Terms of use, shown in the footer and where people sign up'),
  GATEHOUSE_BRAND_PRIVACY_URL: page('The privacy notice, shown in the same places'),
  GATEHOUSE_BRAND_HELP_URL: page('Where people find help, shown in the footer'),
};

/** So that a page with it still weighs less than 30 KB. */
export const LOGO_LIMITS = { bytes: 5 * 1024, pixels: 512 };

function picture() {
  return z.string().transform((path, ctx): Picture => {
    const read = pictureAt(path);
    if (typeof read !== 'string') return read;
    ctx.addIssue({ code: 'custom', message: read });
    return z.NEVER;
  });
}

function pictureAt(path: string): Picture | string {
  try {
    return readPicture(readFileSync(path), LOGO_LIMITS);
  } catch {
    return 'must be the path of a file that can be read';
  }
}

function page(purpose: string) {
  return z
    .string()
    .refine(isSafeAddress, 'must begin with https://, or with / for a page of this very server')
    .optional()
    .describe(`${purpose}: https://…, or /… on this server.`);
}

/** Browsers take "/\" and "//" for another server. */
function isSafeAddress(text: string): boolean {
  if (/^\/(?![/\\])[^\s\p{C}]*$/u.test(text)) return true;
  if (!/^https:\/\/[^\s\p{C}]+$/u.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

import { domainToASCII, domainToUnicode } from 'node:url';
import { hasOneScript } from './one-script.ts';

/**
 * E-mail addresses and their one canonical form, by which accounts are unique and found. Two addresses have the
 * same form only where they are one mailbox for every mail server we know: letter case and Unicode's canonical
 * equivalents (NFC) are levelled, the domain is in ASCII (IDNA). Dots and +tags stay: they are other mailboxes
 * in many places. Compatibility look-alikes ("ａ" for "a") are not levelled but refused, or stay an address of
 * their own: nothing typed ever turns into somebody else's address.
 */
export interface EmailAddress {
  /** As its owner typed it: mail goes there. */
  asTyped: string;
  canonical: string;
}

const MAX_ADDRESS_BYTES = 254; // RFC 5321 4.5.3.1.3, without the angle brackets
const MAX_LOCAL_BYTES = 64;
const MAX_DOMAIN = 253;

export function parseEmailAddress(text: string): EmailAddress | undefined {
  const asTyped = text.trim();
  if (Buffer.byteLength(asTyped) > MAX_ADDRESS_BYTES) return undefined;
  const parts = asTyped.split('@');
  if (parts.length !== 2) return undefined;
  const [typedLocal = '', typedDomain = ''] = parts;
  const local = canonicalLocal(typedLocal);
  const domain = canonicalDomain(typedDomain);
  if (!local || !domain) return undefined;
  const canonical = `${local}@${domain}`;
  return Buffer.byteLength(canonical) > MAX_ADDRESS_BYTES ? undefined : { asTyped, canonical };
}

// A dot-atom of RFC 5321 with the letters of RFC 6531; quoted forms are for nobody's mailbox and many attacks.
const ATOM = "[\\w!#$%&'*+/=?^`{|}~\\-\\p{L}\\p{M}\\p{Nd}]+";
const DOT_ATOM = new RegExp(`^${ATOM}(\\.${ATOM})*$`, 'u');

function canonicalLocal(typed: string): string | undefined {
  const local = levelled(typed);
  if (!DOT_ATOM.test(local) || !hasOneScript(local)) return undefined;
  if (Buffer.byteLength(local) > MAX_LOCAL_BYTES) return undefined;
  // The Kelvin sign becomes "k" and "İ" an "i": such letters would turn into another person's.
  return asciiCount(local) > asciiCount(typed) ? undefined : local;
}

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

function canonicalDomain(typed: string): string | undefined {
  if (/[^\p{L}\p{M}\p{Nd}.-]/u.test(typed)) return undefined;
  const domain = domainToASCII(typed);
  if (domain.length > MAX_DOMAIN) return undefined;
  const labels = domain.split('.');
  if (labels.length < 2 || !labels.every((label) => LABEL.test(label))) return undefined;
  if (/^\d+$/.test(labels.at(-1) ?? '')) return undefined;
  // What the mapping changes beyond case would be mailed to another host than the one that was typed.
  const same = [domain, domainToUnicode(domain)].includes(levelled(typed));
  return same ? domain : undefined;
}

function levelled(text: string): string {
  return text.normalize('NFC').toLowerCase().normalize('NFC');
}

function asciiCount(text: string): number {
  return text.match(/[\0-\x7f]/g)?.length ?? 0;
}

import type { Letter, Message } from './mailer.ts';

const MAX_ADDRESS_BYTES = 254; // RFC 5321 4.5.3.1.3, without the angle brackets
const MAX_LOCAL_BYTES = 64;
/** A dot-atom at a host: no quotes, comments, routes or lists, which mail programs read in many ways. */
const ONE_ADDRESS = /^[^\s\p{C}<>()[\]\\,;:"@]+@[^\s\p{C}<>()[\]\\,;:"@]+$/u;

/**
 * Puts a letter into its envelope: one recipient, the stored address and nothing but it, no name beside it.
 * An address that could be read as another one, or as more, gets no mail.
 */
export function addressed(
  letter: Letter,
  { id, address }: { id: string; address: string },
): Message | undefined {
  if (!isOneAddress(address)) return undefined;
  return { ...letter, subject: oneLine(letter.subject), id, to: address };
}

function isOneAddress(text: string): boolean {
  const [local = '', domain = ''] = text.split('@');
  return (
    Buffer.byteLength(text) <= MAX_ADDRESS_BYTES &&
    Buffer.byteLength(local) <= MAX_LOCAL_BYTES &&
    ONE_ADDRESS.test(text) &&
    // What the mapping of domains changes beyond case would be mailed to another host.
    domain.normalize('NFKC') === domain.normalize('NFC') &&
    // Look-alikes of "@", "," or "<" turn into them where a program levels what it reads.
    ONE_ADDRESS.test(text.normalize('NFKC'))
  );
}

/** No line ends, so no header of anybody's making; and nothing that a mail program would decode (RFC 2047). */
function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replaceAll('=?', '= ?')
    .trim();
}

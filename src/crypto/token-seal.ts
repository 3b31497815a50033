import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/**
 * Encryption under a token that somebody presents: what is sealed for its holder, nobody else can open,
 * not even with the database and GATEHOUSE_SECRET. The token must be long and random.
 */
export function sealUnderToken(token: string, plain: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_LENGTH);
  const cipher = createCipheriv('aes-256-gcm', keyOf(token), nonce);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Undefined for another token, or when the seal was changed. */
export function openUnderToken(token: string, sealed: Uint8Array): Buffer | undefined {
  if (sealed.length < NONCE_LENGTH + TAG_LENGTH) return undefined;
  const nonce = sealed.subarray(0, NONCE_LENGTH);
  const decipher = createDecipheriv('aes-256-gcm', keyOf(token), nonce);
  decipher.setAuthTag(sealed.subarray(-TAG_LENGTH));
  try {
    return Buffer.concat([
      decipher.update(sealed.subarray(NONCE_LENGTH, -TAG_LENGTH)),
      decipher.final(),
    ]);
  } catch {
    return undefined;
  }
}

const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;

function keyOf(token: string): Buffer {
  return Buffer.from(hkdfSync('sha256', token, '', 'gatehouse answer to a token', 32));
}

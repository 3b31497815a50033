import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

/**
 * Encryption at rest under keys derived from GATEHOUSE_SECRET. Owns the form of a seal:
 * version (1 byte), key id (8), salt (16), nonce (12), ciphertext, tag (16); refuses to know what is inside.
 */
export interface Encryption {
  /** Under the newest secret. `context` is bound to the seal and not in it: a row's id keeps seals from being swapped. */
  seal(purpose: SealPurpose, plain: Uint8Array, context?: string): Buffer;
  /** Undefined when no known secret made this seal, or when it was changed. */
  open(purpose: SealPurpose, sealed: Uint8Array, context?: string): Buffer | undefined;
  /** Whether an older secret made it. */
  needsReseal(sealed: Uint8Array): boolean;
}

/** Each purpose has keys of its own: what one part sealed, no other part can be made to open. */
export type SealPurpose = 'signing-key' | 'protocol-record' | 'doctor';

export interface SecretKeys {
  id: Buffer;
  keyFor(purpose: string): Buffer;
}

const VERSION = 1;
const ID_AT = 1;
const SALT_AT = 9;
const NONCE_AT = 25;
const TEXT_AT = 37;
const TAG_LENGTH = 16;

/** Newest first. */
export function encryptionUnder(secrets: readonly [SecretKeys, ...SecretKeys[]]): Encryption {
  const [newest] = secrets;
  const keyFor = remembered();
  const maker = (sealed: Uint8Array) => {
    const id = Buffer.from(sealed.subarray(ID_AT, SALT_AT));
    return secrets.find((secret) => secret.id.equals(id));
  };
  return {
    seal: (purpose, plain, context = '') =>
      sealUnder(keyFor(newest, purpose), newest.id, plain, context),
    open(purpose, sealed, context = '') {
      if (sealed[0] !== VERSION || sealed.length < TEXT_AT + TAG_LENGTH) return undefined;
      const secret = maker(sealed);
      return secret && openUnder(keyFor(secret, purpose), sealed, context);
    },
    needsReseal: (sealed) => maker(sealed) !== newest,
  };
}

function remembered() {
  const keys = new Map<string, Buffer>();
  return (secret: SecretKeys, purpose: string): Buffer => {
    const name = `${secret.id.toString('hex')} ${purpose}`;
    const key = keys.get(name) ?? secret.keyFor(purpose);
    keys.set(name, key);
    return key;
  };
}

function sealUnder(key: Buffer, id: Buffer, plain: Uint8Array, context: string): Buffer {
  const salt = randomBytes(NONCE_AT - SALT_AT);
  const nonce = randomBytes(TEXT_AT - NONCE_AT);
  const head = Buffer.concat([Buffer.of(VERSION), id, salt, nonce]);
  const cipher = createCipheriv('aes-256-gcm', messageKey(key, salt), nonce);
  cipher.setAAD(Buffer.from(context));
  return Buffer.concat([head, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function openUnder(key: Buffer, sealed: Uint8Array, context: string): Buffer | undefined {
  const salt = sealed.subarray(SALT_AT, NONCE_AT);
  const nonce = sealed.subarray(NONCE_AT, TEXT_AT);
  const decipher = createDecipheriv('aes-256-gcm', messageKey(key, salt), nonce);
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(sealed.subarray(-TAG_LENGTH));
  try {
    return Buffer.concat([
      decipher.update(sealed.subarray(TEXT_AT, -TAG_LENGTH)),
      decipher.final(),
    ]);
  } catch {
    return undefined;
  }
}

/** A key a message: random nonces alone would run out after 2^32 messages (NIST SP 800-38D 8.3). */
function messageKey(key: Buffer, salt: Uint8Array): Buffer {
  return createHmac('sha256', key).update(salt).digest();
}

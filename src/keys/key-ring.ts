import type { KeyObject } from 'node:crypto';

/** The keys that sign our tokens, and those whose signatures still count. Where the private halves live is not told. */
export interface KeyRing {
  /** The key that signs now. */
  readonly current: { kid: string; publicKey: KeyObject };
  /**
   * Signs with exactly that key. The signature was verified before it is answered.
   * Throws SignerAway for a key that may not sign, and whenever it cannot be known whether it may.
   */
  sign(kid: string, data: Uint8Array): Promise<Uint8Array>;
  /** Keys whose tokens may be alive: next, current and retiring. */
  publicKey(kid: string): KeyObject | undefined;
  /** Also those retired less than 90 days ago: an `id_token_hint` may be that old. */
  hintKey(kid: string): KeyObject | undefined;
  /** What /jwks answers, ready to send. */
  readonly document: PreparedDocument;
}

export interface PreparedDocument {
  body: Buffer;
  etag: string;
}

/** Nothing can be signed just now; asking again a little later is right. */
export class SignerAway extends Error {
  readonly code = 'SIGNER_AWAY';
}

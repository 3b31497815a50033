/** A signing key as it is kept. Its state follows from the dates alone (keys/rotation.ts). */
export interface StoredKey {
  kid: string;
  publicJwk: { kty: 'RSA'; n: string; e: string };
  /** PKCS #8, sealed with the kid as context; absent once retired, or where the private half lives elsewhere. */
  privateSeal?: Buffer;
  /** The transit key of Vault that holds the private half, as mount/name. Which version of it is told by the public half. */
  transitKey?: string;
  createdAt: Date;
  signsFrom: Date;
  revokedAt?: Date;
}

/** Every write announces itself to all processes (a trigger). */
export interface SigningKeyStore {
  list(): Promise<StoredKey[]>;
  /**
   * Runs `work` while no other process changes keys: two rotations at once make one key.
   * Inside a transaction the others wait for its end.
   */
  exclusively<T>(work: (keys: SigningKeyWriter) => Promise<T>): Promise<T>;
}

export interface SigningKeyWriter {
  list(): Promise<StoredKey[]>;
  add(key: StoredKey): Promise<void>;
  setSignsFrom(kid: string, at: Date): Promise<void>;
  /** Also destroys the private half. */
  revoke(kid: string, at: Date): Promise<void>;
  replaceSeal(kid: string, seal: Buffer | undefined): Promise<void>;
  delete(kid: string): Promise<void>;
}

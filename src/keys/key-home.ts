import type { StoredKey } from './store.ts';

/** Where new private halves are made and live: in this house, or in Vault. */
export interface KeyHome {
  look(): Promise<HomeView>;
  /** Does first what takes long; then makes one key at each call, knowing those that there are. */
  prepare(): Promise<KeyMaker>;
}

export type KeyMaker = (keys: readonly StoredKey[]) => Promise<SpareKey>;

export type SpareKey = Pick<StoredKey, 'kid' | 'publicJwk' | 'privateSeal' | 'transitKey'>;

/** How things stood there a moment ago. */
export interface HomeView {
  /** Whether the key lives here and may sign. */
  fits(key: StoredKey): boolean;
  /** Whether signatures of that key can be had from here, for as long as it is not replaced. */
  reaches(key: StoredKey): boolean;
  /** Whether somebody rotated there, and nobody here knows the key. */
  isRotated(keys: readonly StoredKey[]): boolean;
}

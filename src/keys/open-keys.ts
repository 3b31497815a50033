import type { Encryption } from '../crypto/encryption.ts';
import type { Settings } from '../settings/settings.ts';
import type { Vault } from '../vault/vault.ts';
import type { Alarm } from './alarm.ts';
import type { KeyHome } from './key-home.ts';
import { localHome } from './local-home.ts';
import { transitHome } from './transit-home.ts';
import { type Transit, type TransitKey, openTransit } from './vault-transit.ts';

/** Where keys live, as the settings have it. */
export interface SigningPlaces {
  /** Where new keys are made. */
  home: KeyHome;
  /** Also where only older keys live in Vault: a move is a rotation. */
  transit: Transit | undefined;
  /** Of the home, where that is in Vault. */
  transitKey: TransitKey | undefined;
}

export interface SigningPlacesDeps {
  encryption: Encryption;
  vault: Vault | undefined;
  /** Told why a signature could not be had from Vault, and that one was. */
  alarm?: Alarm;
}

type TransitSettings = Pick<Settings, 'VAULT_TRANSIT_MOUNT' | 'VAULT_TRANSIT_KEY'>;

export function signingPlaces(
  { VAULT_TRANSIT_MOUNT: mount = 'transit', VAULT_TRANSIT_KEY: name }: TransitSettings,
  { encryption, vault, alarm = UNHEARD }: SigningPlacesDeps,
): SigningPlaces {
  const transit = vault && openTransit({ vault, alarm });
  const transitKey = name === undefined ? undefined : transit?.key(`${mount}/${name}`);
  const home = transitKey ? transitHome(transitKey) : localHome(encryption, transit !== undefined);
  return { home, transit, transitKey };
}

const UNHEARD: Alarm = { fault: () => {}, well: () => {} };

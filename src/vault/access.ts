import type { VaultSettings } from '../settings/vault.ts';
import type { VaultAccess, VaultLogin } from './vault.ts';

/** How these settings reach Vault; undefined where they do not. Settings that are only half there were refused before. */
export function accessIn(settings: VaultSettings): VaultAccess | undefined {
  const login = loginIn(settings);
  if (!settings.VAULT_ADDR || !login) return undefined;
  const { VAULT_ADDR: address, VAULT_NAMESPACE: namespace, VAULT_CACERT: ca } = settings;
  return { address, namespace, ca, login };
}

function loginIn(settings: VaultSettings): VaultLogin | undefined {
  const { VAULT_TOKEN, VAULT_TOKEN_FILE, VAULT_ROLE_ID, VAULT_SECRET_ID_FILE } = settings;
  const secretId =
    settings.VAULT_SECRET_ID ?? (VAULT_SECRET_ID_FILE ? { path: VAULT_SECRET_ID_FILE } : undefined);
  if (VAULT_TOKEN_FILE) return { by: 'token-file', path: VAULT_TOKEN_FILE };
  if (VAULT_TOKEN) return { by: 'token', token: VAULT_TOKEN };
  return VAULT_ROLE_ID && secretId ? { by: 'approle', roleId: VAULT_ROLE_ID, secretId } : undefined;
}

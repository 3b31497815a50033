import type { Settings } from '../settings/settings.ts';
import type { Account } from './account.ts';

export interface PasswordAgeDeps {
  settings: Pick<Settings, 'GATEHOUSE_PASSWORD_EXPIRY'>;
  now: () => Date;
}

/** Whether its owner must choose another password before coming in with this one. Never, unless a setting says so. */
export function isPasswordExpired(
  { settings: { GATEHOUSE_PASSWORD_EXPIRY: afterS }, now }: PasswordAgeDeps,
  { passwordChangedAt, createdAt }: Pick<Account, 'passwordChangedAt' | 'createdAt'>,
): boolean {
  if (afterS === undefined) return false;
  const since = passwordChangedAt ?? createdAt;
  return now().getTime() >= since.getTime() + afterS * 1000;
}

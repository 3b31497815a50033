import { breachedPasswords } from './breached.ts';
import { labelsOf } from './held-word.ts';
import type { PasswordRules } from './policy.ts';

export interface RuleOptions {
  brand: string;
  issuer: string;
  /** GATEHOUSE_BREACHED_PASSWORDS. */
  breachedUrl?: string | undefined;
  onAway: (error: unknown) => void;
}

/** The rules of this house: what it is called, and whether stolen passwords are asked for. */
export function openPasswordRules({
  brand,
  issuer,
  breachedUrl,
  onAway,
}: RuleOptions): PasswordRules {
  return {
    service: serviceNames(brand, issuer),
    isBreached: breachedUrl ? breachedPasswords({ url: breachedUrl, onAway }) : async () => false,
  };
}

/** What stands on its door, and in its address. */
export function serviceNames(brand: string, issuer: string): string[] {
  const { hostname } = new URL(issuer);
  const labels = labelsOf(hostname).filter((label) => label.length > 4 && /\p{L}/u.test(label));
  return [brand, hostname, ...labels];
}

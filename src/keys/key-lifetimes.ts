import { LONGEST_API_TOKEN_S } from '../settings/lifetimes.ts';
import type { Settings } from '../settings/settings.ts';
import type { KeyLifetimes } from './rotation.ts';

type Spans = Pick<
  Settings,
  | 'GATEHOUSE_TTL_ACCESS_TOKEN'
  | 'GATEHOUSE_TTL_ID_TOKEN'
  | 'GATEHOUSE_TTL_JWKS'
  | 'GATEHOUSE_TTL_SIGNING_KEY'
>;

export function keyLifetimes(settings: Spans): KeyLifetimes {
  return {
    jwksS: settings.GATEHOUSE_TTL_JWKS,
    tokenS: Math.max(
      settings.GATEHOUSE_TTL_ACCESS_TOKEN,
      settings.GATEHOUSE_TTL_ID_TOKEN,
      LONGEST_API_TOKEN_S,
    ),
    signingS: settings.GATEHOUSE_TTL_SIGNING_KEY,
  };
}

import type { Configuration } from 'oidc-provider';
import type { Settings } from '../settings/settings.ts';

/** How long each thing of the protocol lives, in seconds, from the settings. */
export function lifetimes(settings: Settings): NonNullable<Configuration['ttl']> {
  return {
    AccessToken: (_ctx, { resourceServer }) =>
      resourceServer?.accessTokenTTL ?? settings.GATEHOUSE_TTL_ACCESS_TOKEN,
    ClientCredentials: (_ctx, { resourceServer }) =>
      resourceServer?.accessTokenTTL ?? settings.GATEHOUSE_TTL_ACCESS_TOKEN,
    AuthorizationCode: settings.GATEHOUSE_TTL_CODE,
    IdToken: settings.GATEHOUSE_TTL_ID_TOKEN,
    Interaction: settings.GATEHOUSE_TTL_INTERACTION,
    /** What the cookie opens; the life of a session stands elsewhere and decides. */
    Session: (_ctx, { transient }) =>
      transient ? settings.GATEHOUSE_TTL_SESSION : settings.GATEHOUSE_TTL_SESSION_REMEMBERED,
    Grant: settings.GATEHOUSE_TTL_REFRESH_TOKEN_ABSOLUTE,
    RefreshToken(_ctx, { iiat }) {
      const now = Math.floor(Date.now() / 1000);
      return refreshTokenLife(settings, iiat ?? now, now);
    },
  };
}

/** Sliding, but never past the absolute end of its line. */
export function refreshTokenLife(settings: Settings, lineBegan: number, now: number): number {
  const left = lineBegan + settings.GATEHOUSE_TTL_REFRESH_TOKEN_ABSOLUTE - now;
  return Math.max(1, Math.min(settings.GATEHOUSE_TTL_REFRESH_TOKEN, left));
}

import type { Configuration } from 'oidc-provider';

/**
 * The library's cookies. On https their names carry the prefixes that bind them to this host: `__Host-` wants the
 * whole path, so the two of one sign-in, whose paths are narrow so that tabs do not meet, take `__Secure-`.
 */
export function cookies(issuer: string, keys: string[]): NonNullable<Configuration['cookies']> {
  const secure = issuer.startsWith('https:');
  const common = {
    signed: true,
    httpOnly: true,
    sameSite: 'lax',
    secure,
    overwrite: true,
  } as const;
  return {
    keys,
    names: {
      session: `${secure ? '__Host-' : ''}gatehouse_session`,
      interaction: `${secure ? '__Secure-' : ''}gatehouse_interaction`,
      resume: `${secure ? '__Secure-' : ''}gatehouse_resume`,
    },
    long: { ...common, path: '/' },
    short: common,
  };
}

import { randomUUID } from 'node:crypto';
import type { KeyRing } from '../keys/key-ring.ts';
import { sidOf } from '../sessions/sid.ts';
import type { LogoutNotice } from './store.ts';

export interface LogoutTokenDeps {
  ring: Pick<KeyRing, 'current' | 'sign'>;
  issuer: string;
  now: () => Date;
}

const LIFE_S = 120;
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** OpenID Connect Back-Channel Logout 1.0, 2.4. Made at each try: its key signs now, and it has just begun to live. */
export async function logoutToken(
  { ring, issuer, now }: LogoutTokenDeps,
  { clientId, accountId, sessionId }: Pick<LogoutNotice, 'clientId' | 'accountId' | 'sessionId'>,
): Promise<string> {
  const { kid } = ring.current;
  const iat = Math.floor(now().getTime() / 1000);
  const header = { alg: 'RS256', typ: 'logout+jwt', kid };
  const claims = {
    iss: issuer,
    aud: clientId,
    iat,
    exp: iat + LIFE_S,
    jti: randomUUID(),
    sub: accountId,
    sid: sidOf(sessionId, clientId),
    events: { [EVENT]: {} },
  };
  const signed = [header, claims].map(encoded).join('.');
  const signature = await ring.sign(kid, Buffer.from(signed));
  return `${signed}.${Buffer.from(signature).toString('base64url')}`;
}

const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

import type { House } from './furnish.ts';
import type { KeyRing } from './keys/key-ring.ts';
import type { Logger } from './logging/logger.ts';
import { type Courier, openCourier } from './logout-notices/courier.ts';
import { httpReceiver } from './logout-notices/receiver.ts';
import type { LogoutNotice } from './logout-notices/store.ts';
import { conclude, tellClient } from './logout-notices/tell-client.ts';
import { isSpecialUse } from './oidc/special-use.ts';

/** A process that does the jobs also tells applications which sessions have ended. */
export function carryLogouts(house: House, { ring, log }: { ring: KeyRing; log: Logger }): Courier {
  const { settings, watch, now, logoutNotices, atomically } = house;
  const isForbidden = settings.production ? isSpecialUse : isElsewhereInside;
  const receiver = httpReceiver({ isForbidden });
  const deps = { ring, issuer: settings.ISSUER, now, receiver };
  return openCourier({
    logoutNotices,
    tell: (notice, cut) => tellClient(deps, notice, cut),
    async conclude(notice, answer) {
      const outcome = await conclude({ logoutNotices, atomically }, notice, answer);
      watch?.happened({ event: 'logout-notice', outcome });
      return outcome;
    },
    onAway: (notice, why) => log.warn(about(notice, why), 'an application hears of no sign-out'),
    onBack: (notice) => log.info(about(notice), 'an application hears of sign-outs again'),
    onFailed: (notice, why) =>
      log.warn(about(notice, why), 'an application was not told of a sign-out'),
    onDisturbance: (error) => log.warn({ err: error }, 'telling of sign-outs is disturbed'),
  });
}

const about = ({ clientId }: LogoutNotice, why?: string) => ({ clientId, why });

/** Applications that are being developed may run beside us. */
const isElsewhereInside = (address: string) =>
  isSpecialUse(address) && !/^(127\.|::1$)/.test(address);

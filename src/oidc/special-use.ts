import { SocketAddress, isIPv6 } from 'node:net';
import { isSpecialUseIP } from 'oidc-provider/lib/helpers/fetch_request.js';

/** Whether an address belongs to some network's inside, to this machine, or to nobody (RFC 6890). */
export function isSpecialUse(address: string): boolean {
  return isSpecialUseIP(isIPv6(address) ? asSystemsWriteIt(address) : address);
}

/** The library knows an older address within a newer one by its dots: `::ffff:7f00:1` has none. */
function asSystemsWriteIt(address: string): string {
  return new SocketAddress({ address, family: 'ipv6' }).address;
}

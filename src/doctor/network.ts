import { BlockList, isIP } from 'node:net';
import { type Finding, found } from './finding.ts';

/** Who else may be on the way to a host. */
export type Reach = 'private' | 'public';

const PRIVATE = new BlockList();
for (const [network, bits] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
] as const) {
  PRIVATE.addSubnet(network, bits, 'ipv4');
}
PRIVATE.addSubnet('fc00::', 7, 'ipv6');
PRIVATE.addSubnet('fe80::', 10, 'ipv6');

/** Undefined: it is this machine. A name without dots is one of a container's or an office's own network. */
export function reachOf(host: string): Reach | undefined {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (bare === '' || bare === 'localhost' || bare.startsWith('/') || isLoopback(bare))
    return undefined;
  const own = isPrivate(bare) || (!isIP(bare) && OWN_NAME.test(bare));
  return own ? 'private' : 'public';
}

const OWN_NAME = /^[^.]+$|\.(local|internal|lan|svc|home\.arpa)$/;

export function isPrivate(address: string): boolean {
  const version = isIP(address);
  return version !== 0 && PRIVATE.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

export function isLoopback(address: string): boolean {
  return address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}

/** On a network of one's own it is worth knowing, no more. */
export function inClearOver(
  reach: Reach,
  name: 'database-in-clear' | 'redis-in-clear',
  whose: string,
): Finding {
  const which = reach === 'private' ? 'a private network' : 'a network';
  return found(name, `The connection to ${whose} crosses ${which} without checked TLS.`, {
    severity: reach === 'private' ? 'note' : 'warning',
  });
}

import { BlockList, isIP } from 'node:net';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Middleware } from 'koa';

/**
 * Who is at the other end. Of what proxies say, only trusted ones are believed: the right-most hop that is
 * not trusted is the client, because everything left of it is the client's own writing. All forwarded
 * headers are taken away and replaced by our own, so that nothing further on can be told tales.
 */
export function clientAddress(options: {
  trusted: readonly string[];
  protocol: 'http' | 'https';
}): Middleware {
  const clientOf = clientReader(options.trusted);
  return (ctx, next) => {
    const { peer, client, forwarded } = clientOf(ctx.req);
    const { headers } = ctx.req;
    ctx.state.direct = !forwarded && isLoopback(peer);
    if (forwarded) dropForwarded(headers);
    headers['x-forwarded-for'] = client;
    headers['x-forwarded-proto'] = options.protocol;
    ctx.request.ip = client;
    return next();
  };
}

export interface Caller {
  /** At the other end of the connection. */
  peer: string;
  /** Who it comes from. */
  client: string;
  /** Whether anything says that it comes from somebody else. */
  forwarded: boolean;
}

/** Changes nothing of the request. */
export function clientReader(cidrs: readonly string[]): (request: IncomingMessage) => Caller {
  const trusted = remembered(addressRanges(cidrs));
  const plain = remembered(plainAddress);
  return ({ socket, headers }) => {
    const peer = plain(socket.remoteAddress ?? '');
    const forwarded = wasForwarded(headers);
    const client = forwarded ? rightMostUntrusted(peer, headers['x-forwarded-for'], trusted) : peer;
    return { peer, client, forwarded };
  };
}

const REMEMBERED = 1000;

/** Most requests come from few places: a handful of proxies. */
function remembered<T>(find: (address: string) => T): (address: string) => T {
  const known = new Map<string, T>();
  return (address) => {
    const before = known.get(address);
    if (before !== undefined) return before;
    const found = find(address);
    if (known.size >= REMEMBERED) known.clear();
    known.set(address, found);
    return found;
  };
}

export function isLoopback(address: string): boolean {
  return address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}

/** Whether an address is in one of these CIDRs. */
export function addressRanges(cidrs: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = '', bits] = cidr.split('/');
    const version = family(address);
    list.addSubnet(address, Number(bits ?? (version === 'ipv4' ? 32 : 128)), version);
  }
  return (address) => list.check(address, family(address));
}

function rightMostUntrusted(
  peer: string,
  forwarded: string | string[] | undefined,
  trusted: (address: string) => boolean,
): string {
  const hops = String(forwarded ?? '')
    .split(',')
    .slice(-MAX_HOPS);
  let client = peer;
  while (isIP(client) && trusted(client)) {
    const hop = withoutPort(hops.pop()?.trim() ?? '');
    // What is no address was written by somebody we do not know: whoever passed it on answers for it.
    if (!isIP(hop)) return client;
    client = plainAddress(hop);
  }
  return client;
}

const MAX_HOPS = 20;

function withoutPort(hop: string): string {
  return /^\[(.+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop;
}

/** An IPv4 peer of a socket that listens on IPv6 comes as ::ffff:a.b.c.d. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  return mapped && isIP(mapped) === 4 ? mapped : address;
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

function wasForwarded(headers: IncomingHttpHeaders): boolean {
  for (const name in headers) if (name === 'via' || isForwarding(name)) return true;
  return false;
}

function dropForwarded(headers: IncomingHttpHeaders): void {
  for (const name of Object.keys(headers)) if (isForwarding(name)) delete headers[name];
}

const [LETTER_F, LETTER_X] = ['f'.charCodeAt(0), 'x'.charCodeAt(0)];

function isForwarding(name: string): boolean {
  const first = name.charCodeAt(0);
  if (first !== LETTER_F && first !== LETTER_X) return false;
  return (
    name === 'forwarded' ||
    name === 'x-real-ip' ||
    name.startsWith('x-forwarded-') ||
    name.startsWith('x-original-') ||
    name.startsWith('x-rewrite-')
  );
}

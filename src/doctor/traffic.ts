import type { IncomingMessage } from 'node:http';
import type { Middleware } from 'koa';
import { addressRanges, plainAddress } from '../http/client-address.ts';
import { type Finding, found } from './finding.ts';
import { reachOf } from './network.ts';
import type { Notices } from './notices.ts';

/** What a request came with, before anything of it was believed. */
export interface Came {
  host: string;
  /** How often the header stood there. */
  hosts: number;
  /** Who brought it, where that says that it comes from somebody else. */
  proxy: string | undefined;
  trusted: boolean;
  forwardedFor: boolean;
  scheme: string | undefined;
  forwardedHost: string | undefined;
}

export interface Sighting extends Came {
  count: number;
  firstAt: number;
}

/** What requests came with, remembered in this process: a few dozen kinds of request, no request and no person. */
export interface Traffic {
  /** Stands before the forwarded headers are taken away. */
  see: Middleware;
  sightings(): Sighting[];
}

/** Strangers can make up as many hosts as they like. */
const MOST = 64;
const LONGEST = 120;

export function openTraffic(options: {
  issuer: string;
  trusted: readonly string[];
  notices?: Notices;
  now?: () => number;
}): Traffic {
  const { notices, now = Date.now } = options;
  const isTrusted = addressRanges(options.trusted);
  const seen = new Map<string, Sighting>();

  function remember(request: IncomingMessage): void {
    const key = keyOf(request);
    const known = seen.get(key);
    if (known) {
      known.count += 1;
      return;
    }
    const [oldest = ''] = seen.keys();
    if (seen.size >= MOST) seen.delete(oldest);
    const came = cameWith(request, isTrusted);
    seen.set(key, { ...came, count: 1, firstAt: now() });
    notices?.tell(...wayFaults(came, options));
  }

  return {
    see(ctx, next) {
      if (ctx.req.url === DOCTORS_PATH) ctx.state.came = cameWith(ctx.req, isTrusted);
      // Who asks for our health is a machine on this side of the proxy.
      else if (!ctx.req.url?.startsWith('/health/')) remember(ctx.req);
      return next();
    },
    sightings: () => [...seen.values()],
  };
}

declare module 'koa' {
  interface DefaultState {
    /** What the doctor's own question came with. */
    came?: Came;
  }
}

/** Where the doctor asks a running server (echo.ts). */
export const DOCTORS_PATH = '/.well-known/gatehouse-doctor';

/** Everything that tells two kinds of requests apart, in one text: most requests cost this and no more. */
function keyOf({ headers, rawHeaders, socket }: IncomingMessage): string {
  const proxy = isForwarded(headers) ? socket.remoteAddress : '';
  const scheme = String(headers['x-forwarded-proto']);
  const other = String(headers['x-forwarded-host']);
  const hasFor = headers['x-forwarded-for'] !== undefined;
  return `${headers.host}\n${hostsIn(rawHeaders)}\n${proxy}\n${hasFor}\n${scheme}\n${other}`;
}

function cameWith(request: IncomingMessage, isTrusted: (address: string) => boolean): Came {
  const { headers, rawHeaders, socket } = request;
  const peer = plainAddress(socket.remoteAddress ?? '');
  return {
    host: short(headers.host) ?? '',
    hosts: hostsIn(rawHeaders),
    proxy: isForwarded(headers) ? peer : undefined,
    trusted: isTrusted(peer),
    forwardedFor: headers['x-forwarded-for'] !== undefined,
    scheme: short(headers['x-forwarded-proto']),
    forwardedHost: short(headers['x-forwarded-host']),
  };
}

function isForwarded(headers: IncomingMessage['headers']): boolean {
  return (
    headers['x-forwarded-for'] !== undefined ||
    headers['x-forwarded-proto'] !== undefined ||
    headers['x-forwarded-host'] !== undefined ||
    headers.forwarded !== undefined
  );
}

/** Node keeps the first of several and says nothing. */
function hostsIn(rawHeaders: string[]): number {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  return count;
}

function short(header: string | string[] | undefined): string | undefined {
  return header === undefined ? undefined : String(header).toLowerCase().slice(0, LONGEST);
}

/** What is wrong with the way that one kind of request came. */
export function wayFaults(
  came: Came,
  { issuer, trusted }: { issuer: string; trusted: readonly string[] },
): Finding[] {
  const { host, hosts } = came;
  if (hosts > 1 || host.includes(',')) {
    const by = came.proxy ? ` from ${came.proxy}` : '';
    return [
      found('proxy-two-hosts', `A request${by} came with two hosts: ${host} and another one.`),
    ];
  }
  return [...hostFaults(came, new URL(issuer)), ...proxyFaults(came, issuer, trusted)];
}

function* hostFaults({ host, forwardedHost, proxy }: Came, issuer: URL): Generator<Finding> {
  if (isIssuers(host, issuer)) return;
  const what = `Requests come for ${host || 'no host'}, and the issuer is ${issuer.host}.`;
  if (proxy && forwardedHost && isIssuers(forwardedHost, issuer)) {
    yield found('issuer-host', `The proxy at ${proxy} changes Host to ${host}.`, {
      fix: 'Let it pass Host as it is. nginx: proxy_set_header Host $host; Apache: ProxyPreserveHost On.',
    });
  } else yield found('issuer-host', what);
}

/** On this machine its other names are let in too, or sent on to the issuer. */
export function isIssuers(host: string, issuer: URL): boolean {
  const { hostname, port, protocol } = issuer;
  const names = isThisMachine(hostname) ? ['localhost', '127.0.0.1', '[::1]'] : [hostname];
  const ending = port || (protocol === 'https:' ? '443' : '80');
  return host === issuer.host || names.some((name) => host === `${name}:${ending}`);
}

const isThisMachine = (hostname: string) => reachOf(hostname) === undefined;

function* proxyFaults(came: Came, issuer: string, trusted: readonly string[]): Generator<Finding> {
  const { proxy, forwardedFor } = came;
  if (proxy && !came.trusted) {
    yield found(
      'proxy-untrusted',
      `Forwarded headers come from ${proxy}, which is no trusted proxy.`,
      {
        fix: `If it is your proxy: GATEHOUSE_TRUSTED_PROXIES=${[...trusted, proxy].join(',')} (or its network). If not, do nothing: it is not believed.`,
      },
    );
  }
  if (!forwardedFor && issuer.startsWith('https:')) {
    yield found('proxy-silent', 'Requests come to this https issuer without X-Forwarded-For.');
  }
  if (proxy) yield* schemeFaults(came.scheme, proxy, issuer);
}

/** Of several proxies each may have added its word; the first is the one that people reach. */
function* schemeFaults(
  scheme: string | undefined,
  proxy: string,
  issuer: string,
): Generator<Finding> {
  const said = scheme?.split(',')[0]?.trim() ?? '';
  if (!/^https?$/.test(said) || issuer.startsWith(`${said}:`)) return;
  const what = `The proxy at ${proxy} says that requests come by ${said}, and the issuer is ${issuer}.`;
  yield found('issuer-scheme', what);
}

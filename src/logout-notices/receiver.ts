import { Resolver } from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import { type LookupFunction, isIP } from 'node:net';
import { kindOf } from '../watching/watch.ts';

/** Where a client is told. */
export interface Receiver {
  /** Tries once, for a few seconds at most. Never throws: whatever happens is one of the outcomes. */
  tell(uri: string, token: string, cut: AbortSignal): Promise<Told>;
}

export type Told =
  | { outcome: 'accepted' }
  /** It says that the token is wrong: it would say so again. */
  | { outcome: 'refused'; why: string }
  | { outcome: 'not-now'; why: string };

export interface HttpReceiverOptions {
  /** Addresses that are nobody's business: those of this network's inside. */
  isForbidden: (address: string) => boolean;
  /** Asks name servers. Not by the threads that hash passwords: they would wait with it. */
  resolve?: (host: string, signal: AbortSignal) => Promise<string[]>;
}

const LIMIT_MS = 3000;

/**
 * One POST, on a connection of its own. It leads nowhere else, of the answer only the status is read, and no connection
 * is begun to an address that is forbidden, whatever a name leads to at that moment.
 */
export function httpReceiver({
  isForbidden,
  resolve = askNameServers,
}: HttpReceiverOptions): Receiver {
  return {
    async tell(uri, token, cut) {
      const url = new URL(uri);
      const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
      const signal = AbortSignal.any([cut, AbortSignal.timeout(LIMIT_MS)]);
      try {
        const addresses = isIP(host) ? [host] : await resolve(host, signal);
        if (addresses.some(isForbidden)) return FORBIDDEN;
        return told(await post(url, token, { addresses, signal }));
      } catch (error) {
        return { outcome: 'not-now', why: signal.aborted ? SILENT : `failed: ${kindOf(error)}` };
      }
    },
  };
}

const SILENT = `no answer within ${LIMIT_MS / 1000} seconds`;
const FORBIDDEN: Told = { outcome: 'not-now', why: 'its address is one of an inner network' };

function told(status: number): Told {
  if (status === 200 || status === 204) return { outcome: 'accepted' };
  const why = `it answered ${status}`;
  return status === 400 ? { outcome: 'refused', why } : { outcome: 'not-now', why };
}

interface Way {
  /** Those that were looked at: no name is asked for again on the way. */
  addresses: string[];
  signal: AbortSignal;
}

function post(url: URL, token: string, { addresses, signal }: Way): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const { request } = url.protocol === 'https:' ? https : http;
  const body = new URLSearchParams({ logout_token: token }).toString();
  const asked = request(url, {
    method: 'POST',
    agent: false,
    lookup: answering(addresses),
    signal,
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      'Content-Length': Buffer.byteLength(body),
    },
  });
  asked.on('error', reject);
  asked.on('response', (response) => {
    resolve(response.statusCode ?? 0);
    response.destroy();
  });
  asked.end(body);
  return promise;
}

function answering(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, options, callback) => {
    const [{ address, family } = { address: '', family: 0 }] = found;
    if (options.all) callback(null, found);
    else callback(null, address, family);
  };
}

const HERE = ['127.0.0.1', '::1'];

async function askNameServers(host: string, signal: AbortSignal): Promise<string[]> {
  if (host === 'localhost') return HERE;
  const resolver = new Resolver();
  signal.addEventListener('abort', () => resolver.cancel());
  const [four, six] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const found = [four, six].flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  if (found.length === 0 && four.status === 'rejected') throw four.reason;
  return found;
}

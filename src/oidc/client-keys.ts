import type { Configuration } from 'oidc-provider';
import { leastRecentlyUsed } from './least-recently-used.ts';

/** How long an address of keys that failed is left alone: whoever waits for it waits for nothing. */
const FORGIVEN_AFTER_MS = 30_000;
const REMEMBERED = 1_000;
const MOST_BYTES = 64 * 1024;

type Fetch = NonNullable<Configuration['fetch']>;

/**
 * Reads the keys that clients publish at an address of their own. The library sets the time limit and keeps inner
 * addresses out, and asks once a minute at most where an answer came; here it is seen to that one which is away, slow
 * or huge costs its own client that time once in a while, and nobody else anything.
 */
export function fetchClientKeys(now: () => Date): Fetch {
  const failed = leastRecentlyUsed<{ until: number; cause: unknown }>(REMEMBERED);
  return async (input, options) => {
    const address = input instanceof Request ? input.url : input.toString();
    const failure = failed.get(address);
    if (failure && failure.until > now().getTime()) {
      throw new Error(`${address} failed a moment ago`, { cause: failure.cause });
    }
    try {
      return await fetchWhole(address, options);
    } catch (cause) {
      failed.set(address, { until: now().getTime() + FORGIVEN_AFTER_MS, cause });
      throw cause;
    }
  };
}

/** No further than the address that was registered. What its headers say of keeping it says nothing here. */
async function fetchWhole(address: string, options?: RequestInit): Promise<Response> {
  const answer = await fetch(address, { ...options, redirect: 'error' });
  if (answer.status !== 200 || !answer.body) {
    await answer.body?.cancel();
    throw new Error(`${address} answered ${answer.status}`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body) {
    length += chunk.length;
    if (length > MOST_BYTES) throw new Error(`${address} answers without end`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  JSON.parse(text);
  return new Response(text);
}

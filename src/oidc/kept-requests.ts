import type { Context } from 'koa';
import { digest } from '../crypto/digest.ts';
import { opened, sealed } from './models/sealed-payload.ts';
import type { ArtifactStore } from './protocol-store.ts';

/**
 * What applications asked for, kept a day beyond the visit that it began: so that a page left open, a finished step or
 * the back button begin the same request anew instead of ending at an error.
 */
export interface Requests {
  /** For the provider's `interactions.url`: keeps the request and names the way in. */
  keep(ctx: Context, interaction: { uid: string; params: object }): Promise<string>;
  /** The query that begins it anew. */
  again(uid: string): Promise<{ query: string } | 'expired' | 'no-cookies'>;
}

export interface RequestDeps {
  artifacts: Pick<ArtifactStore, 'put' | 'find'>;
  now: () => Date;
}

const REQUEST = 'Request';
const REQUEST_S = 24 * 60 * 60;
/** Stands in the query of what began anew. */
const AGAIN = 'again';
/** What began anew and lost its cookie this soon has met a browser that keeps none: no endless circle. */
const NO_COOKIES_MS = 10_000;

export function openRequests({ artifacts, now }: RequestDeps): Requests {
  return {
    async keep(ctx, { uid, params }) {
      const query = new URLSearchParams(inOrder(params)).toString();
      const request = { query, at: now().getTime(), again: AGAIN in ctx.query };
      await artifacts.put(REQUEST, digest(uid), sealed(uid, request), REQUEST_S);
      return `/interaction/${uid}`;
    },
    async again(uid) {
      const found = await artifacts.find(REQUEST, digest(uid));
      const request = found && opened(uid, found.payload);
      if (!request) return 'expired';
      const { query, at, again } = request;
      const age = now().getTime() - Number(at);
      if (age > REQUEST_S * 1000) return 'expired';
      if (again && age < NO_COOKIES_MS) return 'no-cookies';
      return { query: `${String(query)}&${AGAIN}=1` };
    },
  };
}

/** A parameter may stand several times (`resource`). */
function inOrder(params: object): [string, string][] {
  return Object.entries(params).flatMap(([name, value]) =>
    [value]
      .flat()
      .filter((one) => typeof one === 'string')
      .map((one): [string, string] => [name, one]),
  );
}

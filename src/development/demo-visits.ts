import { randomBytes } from 'node:crypto';
import type { Context } from 'koa';
import { digest } from '../crypto/digest.ts';
import { openUnderToken, sealUnderToken } from '../crypto/token-seal.ts';

/** What the demo knows of one browser. It lives an hour, sealed under the cookie: the store alone cannot read it. */
export interface DemoVisit {
  /** Under way: what must come back, and what proves that it was us who asked. */
  asked?: { state: string; nonce: string; verifier: string };
  tokens?: DemoTokens;
  /** The nonce that the ID token must hold. */
  nonce?: string;
  /** What /me answered. */
  me?: Record<string, unknown>;
  refreshes?: number;
  /** What went wrong last, shown once. */
  problem?: DemoProblem;
}

export interface DemoTokens {
  idToken: string;
  accessToken: string;
  refreshToken?: string;
}

export interface DemoProblem {
  /** Also the name of its text: demo.problems.<name>. */
  name: 'refused' | 'lost' | 'failed';
  /** The error as it came, for a developer's eye. */
  detail?: string;
}

export interface DemoVisits {
  read(ctx: Context): Promise<DemoVisit>;
  write(ctx: Context, visit: DemoVisit): Promise<void>;
}

/** The store of short-lived records, as far as it is needed here. */
export interface VisitStore {
  put(model: string, id: string, payload: Record<string, unknown>, ttlS: number): Promise<void>;
  find(model: string, id: string): Promise<{ payload: Record<string, unknown> } | undefined>;
}

const MODEL = 'DemoVisit';
const COOKIE = 'gatehouse_demo';
const LIVES_S = 60 * 60;

export function demoVisits(store: VisitStore): DemoVisits {
  return {
    async read(ctx) {
      const key = ctx.cookies.get(COOKIE, { signed: false });
      const sealed = key && (await store.find(MODEL, digest(key)))?.payload['sealed'];
      if (typeof sealed !== 'string' || !key) return {};
      const opened = openUnderToken(key, Buffer.from(sealed, 'base64url'));
      return opened ? Object(JSON.parse(opened.toString())) : {};
    },
    async write(ctx, visit) {
      const key =
        ctx.cookies.get(COOKIE, { signed: false }) ?? randomBytes(32).toString('base64url');
      const sealed = sealUnderToken(key, Buffer.from(JSON.stringify(visit))).toString('base64url');
      await store.put(MODEL, digest(key), { sealed }, LIVES_S);
      ctx.cookies.set(COOKIE, key, {
        signed: false,
        httpOnly: true,
        sameSite: 'lax',
        path: '/demo',
        maxAge: LIVES_S * 1000,
        overwrite: true,
      });
    },
  };
}

import { randomBytes } from 'node:crypto';
import type { Middleware } from 'koa';
import { z } from 'zod';
import type { Encryption } from '../crypto/encryption.ts';
import { ownCookie } from '../http/own-cookie.ts';
import { DOCTORS_PATH, type Traffic } from './traffic.ts';

/**
 * What a running server answers the doctor, whatever the Host: how the question reached it, and what other requests came
 * with. Question and answer are sealed under GATEHOUSE_SECRET; to everybody else there is nothing here.
 */
const came = z.object({
  host: z.string(),
  hosts: z.number(),
  proxy: z.string().optional(),
  trusted: z.boolean(),
  forwardedFor: z.boolean(),
  scheme: z.string().optional(),
  forwardedHost: z.string().optional(),
});

const echoAnswer = z.object({
  issuer: z.string(),
  /** Tells processes of one server apart. */
  process: z.string(),
  came,
  /** Whether the cookie of the question arrived. */
  cookie: z.boolean(),
  traffic: z.array(came.extend({ count: z.number(), firstAt: z.number() })),
});

export type EchoAnswer = z.infer<typeof echoAnswer>;

export const QUESTION_HEADER = 'gatehouse-doctor';
export const QUESTION_COOKIE = 'gatehouse_doctor';
const COOKIE_MS = 60_000;
const PROCESS = randomBytes(8).toString('hex');

export function echo(deps: {
  encryption: Encryption;
  traffic: Traffic;
  issuer: string;
  now: () => Date;
}): Middleware {
  const cookie = ownCookie(QUESTION_COOKIE);
  return (ctx, next) => {
    const nonce = ctx.req.url === DOCTORS_PATH && opened(deps.encryption, ctx.get(QUESTION_HEADER));
    if (!nonce || !ctx.state.came) return next();
    ctx.state['route'] = DOCTORS_PATH;
    const answer: EchoAnswer = {
      issuer: deps.issuer,
      process: PROCESS,
      came: ctx.state.came,
      cookie: ctx.cookies.get(QUESTION_COOKIE, { signed: false }) === nonce,
      traffic: deps.traffic.sightings(),
    };
    cookie.set(ctx, nonce, new Date(deps.now().getTime() + COOKIE_MS));
    ctx.type = 'text/plain';
    ctx.body = deps.encryption
      .seal('doctor', Buffer.from(JSON.stringify(answer)), answerTo(nonce))
      .toString('base64url');
    return undefined;
  };
}

/** A question that only a server of the same secret understands, and only once. */
export function question(encryption: Encryption): { nonce: string; header: string } {
  const nonce = randomBytes(16).toString('base64url');
  const sealed = encryption.seal('doctor', Buffer.from(nonce), QUESTION);
  return { nonce, header: sealed.toString('base64url') };
}

/** Undefined for whatever is no answer to this question. */
export function understood(
  encryption: Encryption,
  body: string,
  nonce: string,
): EchoAnswer | undefined {
  const plain = encryption.open('doctor', Buffer.from(body.trim(), 'base64url'), answerTo(nonce));
  return plain && echoAnswer.parse(JSON.parse(plain.toString()));
}

const QUESTION = 'question';
const answerTo = (nonce: string) => `answer to ${nonce}`;

function opened(encryption: Encryption, header: string): string | undefined {
  if (header === '') return undefined;
  return encryption.open('doctor', Buffer.from(header, 'base64url'), QUESTION)?.toString();
}

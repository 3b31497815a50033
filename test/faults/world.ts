import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../support/http.ts';
import type { Kind, Recorder } from './record.ts';

/** What visitors and applications share: where the house is, who they are, and what they note down. */
export interface World {
  issuer: string;
  recorder: Recorder;
  /** Of a client that keeps a secret and asks for itself. */
  service: { id: string; secret: string };
  /** Somebody with an account, whom nobody else is meanwhile. */
  person: () => Person;
  /** Somebody who has forgotten the password. */
  forgetful: () => Person;
  /** The newest code that was mailed there and not asked for before. */
  codeFor: (email: string) => string | undefined;
  /** What applications hold. */
  sessions: AppSession[];
}

export interface Person {
  email: string;
  password: string;
}

/** What an application keeps of one sign-in. */
export interface AppSession {
  of: string;
  accessToken: string;
  refreshToken: string;
  /** When it was signed in; it is used by one at a time. */
  busy: boolean;
}

export const APPLICATION = { id: 'app', redirect: 'https://app.example/cb' };
const VERIFIER = randomBytes(32).toString('base64url');
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

export const REQUEST = `/auth?${String(
  new URLSearchParams({
    client_id: APPLICATION.id,
    redirect_uri: APPLICATION.redirect,
    response_type: 'code',
    scope: 'openid email',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
  }),
)}`;

export const redemptionOf = (code: string) => ({
  grant_type: 'authorization_code',
  client_id: APPLICATION.id,
  code,
  redirect_uri: APPLICATION.redirect,
  code_verifier: VERIFIER,
});

export function post(
  { issuer, recorder }: World,
  { kind, of, path = '/token' }: { kind: Kind; of?: string; path?: string },
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const body = new URLSearchParams(fields);
  return recorder.sender(kind, of)(`${issuer}${path}`, { body, headers });
}

/** How long somebody goes on trying once the load has ended. */
export const PATIENCE_MS = 60_000;
const PAUSE_MS = 700;

/** Does it again as long as no answer comes, or one that asks to come again; how often that was is told. */
export async function persist<A extends Pick<Answer, 'status'>>(
  step: () => Promise<A>,
  patienceMs = PATIENCE_MS,
): Promise<{ answer: A | undefined; unanswered: number }> {
  const deadline = performance.now() + patienceMs;
  for (let unanswered = 0; ;) {
    const answer = await step().catch(() => undefined);
    if (answer && answer.status < 500 && answer.status !== 429) return { answer, unanswered };
    unanswered += 1;
    if (performance.now() > deadline) return { answer: undefined, unanswered };
    await sleep(PAUSE_MS);
  }
}
